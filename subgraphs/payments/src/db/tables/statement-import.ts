import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import type { StatementFormat } from '../../statements/statement.ts'

/** A file of bank statements. While its lines are being stored it has no `importedAt`, and nobody sees them. */
export const statementImport = pgTable(
  'statement_import',
  {
    tenantId: tenantColumn(),
    id: idColumn('sti').notNull(),
    /** SHA-256 of the file, in hex; of CSV, with which statements it was said to be. */
    digest: text('digest').notNull(),
    format: text('format').$type<StatementFormat>().notNull(),
    /** Of the statements that were new. */
    statements: integer('statements').notNull(),
    lines: integer('lines').notNull(),
    importedBy: text('imported_by').notNull(),
    startedAt: momentColumn('started_at').notNull(),
    importedAt: momentColumn('imported_at'),
  },
  (table) => [
    primaryKey({ name: 'statement_import_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('statement_import_once').on(table.tenantId, table.digest).where(sql`${table.importedAt} is not null`),
    check('statement_import_digest_form', sql`${table.digest} ~ '^[0-9a-f]{64}$'`),
    tenantPolicy(),
  ],
)
