import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  char,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import { reconciledAccount } from './reconciled-account.ts'
import { statementImport } from './statement-import.ts'

/**
 * A statement of a bank account, or a notification about one. Its row is written when all of its file is stored: lines are
 * read through it, so that of a file that was not stored to its end none is seen.
 */
export const bankStatement = pgTable(
  'bank_statement',
  {
    tenantId: tenantColumn(),
    importId: idColumn('sti', 'import_id').notNull(),
    /** Place in the file, from 1. */
    number: integer('number').notNull(),
    account: text('account').notNull(),
    statementId: text('statement_id').notNull(),
    /** What tells apart two statements of one id: the bank's running number and the day of the closing balance. */
    sequence: text('sequence').notNull(),
    closingOn: text('closing_on').notNull(),
    isNotification: boolean('is_notification').notNull(),
    /** Null where nothing in it says it, and of notifications and CSV of before, whose lines do. */
    currency: char('currency', { length: 3 }).$type<CurrencyCode>(),
    openingMinor: bigint('opening_minor', { mode: 'bigint' }),
    closingMinor: bigint('closing_minor', { mode: 'bigint' }),
    entries: integer('entries').notNull(),
    lines: integer('lines').notNull(),
    /** SHA-256 over its lines, in hex: the same statement with other lines is told by it. */
    contentDigest: text('content_digest').notNull(),
  },
  (table) => [
    primaryKey({ name: 'bank_statement_key', columns: [table.tenantId, table.importId, table.number] }),
    uniqueIndex('bank_statement_once').on(
      table.tenantId,
      table.account,
      table.statementId,
      table.sequence,
      table.closingOn,
      table.isNotification,
      sql`coalesce(${table.currency}, '')`,
    ),
    // For the list of one account; that of all is the primary key's.
    index('bank_statement_of_account').on(table.tenantId, table.account, table.importId, table.number),
    foreignKey({
      name: 'bank_statement_import',
      columns: [table.tenantId, table.importId],
      foreignColumns: [statementImport.tenantId, statementImport.id],
    }),
    foreignKey({
      name: 'bank_statement_account',
      columns: [table.tenantId, table.account],
      foreignColumns: [reconciledAccount.tenantId, reconciledAccount.account],
    }),
    tenantPolicy(),
  ],
)
