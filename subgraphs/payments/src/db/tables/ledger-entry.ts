import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, pgTable, primaryKey, timestamp } from 'drizzle-orm/pg-core'
import { ledgerAccount } from './ledger-account.ts'
import { transfer } from './transfer.ts'

/** One side of a transfer. Append-only; the currency is the account's. */
export const ledgerEntry = pgTable(
  'ledger_entry',
  {
    tenantId: tenantColumn(),
    accountId: idColumn('led', 'account_id').notNull(),
    /** 1, 2, 3 … in its account, without a gap. */
    sequence: bigint('sequence', { mode: 'bigint' }).notNull(),
    transferId: idColumn('tfr', 'transfer_id').notNull(),
    /** Added where positive, taken where negative. */
    amountMinor: minorColumn('amount_minor'),
    balanceAfterMinor: minorColumn('balance_after_minor'),
    postedAt: timestamp('posted_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'ledger_entry_key', columns: [table.tenantId, table.accountId, table.sequence] }),
    foreignKey({
      name: 'ledger_entry_account',
      columns: [table.tenantId, table.accountId],
      foreignColumns: [ledgerAccount.tenantId, ledgerAccount.id],
    }),
    foreignKey({
      name: 'ledger_entry_transfer',
      columns: [table.tenantId, table.transferId],
      foreignColumns: [transfer.tenantId, transfer.id],
    }),
    check('ledger_entry_sequence_positive', sql`${table.sequence} > 0`),
    check('ledger_entry_not_zero', sql`${table.amountMinor} <> 0`),
    tenantPolicy(),
  ],
)

export type LedgerEntryRow = typeof ledgerEntry.$inferSelect
