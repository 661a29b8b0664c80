import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { boolean, check, date, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { EntryStatus } from '../../statements/statement.ts'
import { statementImport } from './statement-import.ts'

/** A line of a bank statement. Only `itemId` changes: which reconciliation item it is in. */
export const bankStatementLine = pgTable(
  'bank_statement_line',
  {
    tenantId: tenantColumn(),
    id: idColumn('stl').notNull(),
    importId: idColumn('sti', 'import_id').notNull(),
    statementNumber: integer('statement_number').notNull(),
    account: text('account').notNull(),
    /** Of the entry in its statement; lines of one batch share it. */
    entry: integer('entry').notNull(),
    status: text('status').$type<EntryStatus>().notNull(),
    /** Of a line without a date: the day of its statement. */
    bookedOn: date('booked_on', { mode: 'string' }).notNull(),
    valueOn: date('value_on', { mode: 'string' }),
    /** Above zero where the account gained. */
    amountMinor: minorColumn('amount_minor'),
    /** What the bank kept back inside the amount; zero or more. */
    chargesMinor: minorColumn('charges_minor'),
    currency: currencyColumn(),
    isReversal: boolean('is_reversal').notNull(),
    isCharge: boolean('is_charge').notNull().default(false),
    /** See `BankLine` of `reconciliation/matching`. */
    references: text('references').array().notNull(),
    mentions: text('mentions').array().notNull(),
    bankReference: text('bank_reference'),
    entryBankReference: text('entry_bank_reference'),
    /** All references in one text, by which a line that comes again is found. */
    lookup: text('lookup'),
    remittance: text('remittance').notNull(),
    counterpartyName: text('counterparty_name'),
    counterpartyAccount: text('counterparty_account'),
    itemId: idColumn('rci', 'item_id'),
  },
  (table) => [
    primaryKey({ name: 'bank_statement_line_key', columns: [table.tenantId, table.id] }),
    // What no run has dealt with yet.
    index('bank_statement_line_open')
      .on(table.tenantId, table.account, table.bookedOn)
      .where(sql`${table.itemId} is null`),
    // Without the account, and partial: so that no other index seems as good for finding what has a reference.
    index('bank_statement_line_bank_reference')
      .on(table.tenantId, table.bankReference)
      .where(sql`${table.bankReference} is not null`),
    index('bank_statement_line_entry_bank_reference')
      .on(table.tenantId, table.entryBankReference)
      .where(sql`${table.entryBankReference} is not null`),
    index('bank_statement_line_lookup').on(table.tenantId, table.lookup).where(sql`${table.lookup} is not null`),
    // How a line is found that says the same without any reference.
    index('bank_statement_line_without_references')
      .on(table.tenantId, table.account, table.bookedOn)
      .where(sql`${table.bankReference} is null and ${table.lookup} is null`),
    // How the lines of an import that was not ended are found: they are in no item.
    index('bank_statement_line_import').on(table.tenantId, table.importId).where(sql`${table.itemId} is null`),
    index('bank_statement_line_statement').on(table.tenantId, table.importId, table.statementNumber, table.id),
    foreignKey({
      name: 'bank_statement_line_import_key',
      columns: [table.tenantId, table.importId],
      foreignColumns: [statementImport.tenantId, statementImport.id],
    }),
    check('bank_statement_line_charges', sql`${table.chargesMinor} >= 0`),
    tenantPolicy(),
  ],
)
