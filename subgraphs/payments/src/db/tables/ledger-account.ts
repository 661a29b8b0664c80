import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, index, pgTable, primaryKey, text, timestamp, uniqueIndex } from 'drizzle-orm/pg-core'
import { ACCOUNT_PURPOSES } from '../../domain/entries.ts'

/** An account of the double-entry ledger. Only `postTransfer` changes the balance. */
export const ledgerAccount = pgTable(
  'ledger_account',
  {
    tenantId: tenantColumn(),
    id: idColumn('led').notNull(),
    purpose: text('purpose', { enum: ACCOUNT_PURPOSES }).notNull(),
    /** Null for the operator's own accounts. */
    ownerId: idColumn('usr', 'owner_id'),
    currency: currencyColumn(),
    balanceMinor: minorColumn('balance_minor').default(sql`0`),
    /** Number of the last entry: sequences are per account, so that no two accounts wait for one counter. */
    lastSequence: bigint('last_sequence', { mode: 'bigint' }).notNull().default(sql`0`),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [
    primaryKey({ name: 'ledger_account_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('ledger_account_one_wallet_each')
      .on(table.tenantId, table.ownerId, table.currency)
      .where(sql`${table.purpose} = 'WALLET'`),
    uniqueIndex('ledger_account_one_for_each_purpose')
      .on(table.tenantId, table.purpose, table.currency)
      .where(sql`${table.ownerId} is null`),
    index('ledger_account_of_owner').on(table.tenantId, table.ownerId, table.id),
    check('ledger_account_purpose_known', sql`${table.purpose} in ('WALLET', 'FUNDING', 'BILLING_CLEARING')`),
    check('ledger_account_wallet_owned', sql`(${table.purpose} = 'WALLET') = (${table.ownerId} is not null)`),
    // The last line of defence: whatever the code believes, the database refuses a wallet below zero.
    check('ledger_account_wallet_covered', sql`${table.purpose} <> 'WALLET' or ${table.balanceMinor} >= 0`),
    tenantPolicy(),
  ],
)

export type LedgerAccountRow = typeof ledgerAccount.$inferSelect
