import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, foreignKey, integer, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** A file of reference rates that brought something new. */
export const fxRateImport = pgTable(
  'fx_rate_import',
  {
    tenantId: tenantColumn(),
    id: idColumn('fxi').notNull(),
    /** SHA-256 of the file, in hex. */
    digest: text('digest').notNull(),
    added: integer('added').notNull(),
    corrected: integer('corrected').notNull(),
    importedBy: text('imported_by').notNull(),
    importedAt: momentColumn('imported_at').notNull(),
  },
  (table) => [primaryKey({ name: 'fx_rate_import_key', columns: [table.tenantId, table.id] }), tenantPolicy()],
)

/** What one euro was worth, as the ECB published it. Append-only: a correction of a day is a later version of it. */
export const fxRate = pgTable(
  'fx_rate',
  {
    tenantId: tenantColumn(),
    /** Of any time: currencies that are gone have rates as well. */
    currency: text('currency').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    version: integer('version').notNull(),
    /** Units of the currency for one euro, digit by digit as published. */
    rate: numeric('rate').notNull(),
    importId: idColumn('fxi', 'import_id').notNull(),
  },
  (table) => [
    primaryKey({ name: 'fx_rate_key', columns: [table.tenantId, table.currency, table.day, table.version] }),
    foreignKey({
      name: 'fx_rate_import_of',
      columns: [table.tenantId, table.importId],
      foreignColumns: [fxRateImport.tenantId, fxRateImport.id],
    }),
    check('fx_rate_currency_form', sql`${table.currency} ~ '^[A-Z]{3}$'`),
    check('fx_rate_positive', sql`${table.rate} > 0`),
    check('fx_rate_version_positive', sql`${table.version} > 0`),
    tenantPolicy(),
  ],
)
