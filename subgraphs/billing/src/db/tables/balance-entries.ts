import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { billingAccounts } from './billing-accounts.ts'

export const ENTRY_KINDS = ['OPENING', 'USAGE', 'TOP_UP', 'REFUND'] as const

/**
 * Every change of every balance. Append-only, and a chain: each entry continues the account's previous one in sequence
 * and in amount. The database itself refuses anything else (migrations/0001).
 */
export const balanceEntries = pgTable(
  'balance_entry',
  {
    tenantId: tenantColumn(),
    accountId: idColumn('acc', 'account_id').notNull(),
    /** 1 for the opening, then one more each time, without gaps. */
    sequence: bigint('sequence', { mode: 'bigint' }).notNull(),
    kind: text('kind', { enum: ENTRY_KINDS }).notNull(),
    /** Negative for a charge and for a refund of a top-up; minor units of the account's currency. */
    amountMinor: minorColumn('amount_minor'),
    balanceAfterMinor: minorColumn('balance_after_minor'),
    /** What made the change: a usage record's id, a payment's id, or for the opening the account's own. */
    reference: text('reference').notNull(),
    recordedAt: momentColumn('recorded_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ columns: [table.tenantId, table.accountId, table.sequence] }),
    foreignKey({
      columns: [table.tenantId, table.accountId],
      foreignColumns: [billingAccounts.tenantId, billingAccounts.id],
    }),
    // The second net below the consumer's own memory: a payment is credited to one account, once.
    uniqueIndex(TOP_UP_UNIQUE).on(table.tenantId, table.reference).where(sql`${table.kind} = 'TOP_UP'`),
    uniqueIndex('balance_entry_refund').on(table.tenantId, table.reference).where(sql`${table.kind} = 'REFUND'`),
    check('balance_entry_kind', sql`${table.kind} in ('OPENING', 'USAGE', 'TOP_UP', 'REFUND')`),
    check(
      'balance_entry_sign',
      sql`case ${table.kind} when 'USAGE' then ${table.amountMinor} <= 0 when 'TOP_UP' then ${table.amountMinor} > 0
        when 'REFUND' then ${table.amountMinor} < 0 else true end`,
    ),
    check('balance_entry_opening_first', sql`(${table.kind} = 'OPENING') = (${table.sequence} = 1)`),
  ],
)

export const TOP_UP_UNIQUE = 'balance_entry_top_up'
