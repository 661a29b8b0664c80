import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { POSTING_KINDS, POSTING_STATES } from '../../reconciliation/postings.ts'
import { reconciliationItem } from './reconciliation-item.ts'

/** What an item has the ledger post. Decided with the item and posted after it, under a transfer id that follows from it. */
export const reconciliationPosting = pgTable(
  'reconciliation_posting',
  {
    tenantId: tenantColumn(),
    itemId: idColumn('rci', 'item_id').notNull(),
    kind: text('kind', { enum: POSTING_KINDS }).notNull(),
    /** Goes up when the ledger has refused it and it is tried again: a transfer id is decided once. */
    attempt: integer('attempt').notNull().default(1),
    transferId: idColumn('tfr', 'transfer_id').notNull(),
    account: text('account').notNull(),
    /** Above zero where the bank account's side gains; what kind says which accounts. Never zero. */
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    state: text('state', { enum: POSTING_STATES }).notNull().default('PENDING'),
    /** Why the ledger refused it. */
    refusal: text('refusal'),
    createdAt: momentColumn('created_at').notNull(),
    decidedAt: momentColumn('decided_at'),
  },
  (table) => [
    primaryKey({ name: 'reconciliation_posting_key', columns: [table.tenantId, table.itemId, table.kind] }),
    uniqueIndex('reconciliation_posting_transfer').on(table.tenantId, table.transferId),
    index('reconciliation_posting_pending')
      .on(table.tenantId, table.createdAt, table.itemId)
      .where(sql`${table.state} = 'PENDING'`),
    index('reconciliation_posting_refused').on(table.tenantId, table.account).where(sql`${table.state} = 'REFUSED'`),
    foreignKey({
      name: 'reconciliation_posting_item',
      columns: [table.tenantId, table.itemId],
      foreignColumns: [reconciliationItem.tenantId, reconciliationItem.id],
    }),
    check('reconciliation_posting_moves', sql`${table.amountMinor} <> 0`),
    check('reconciliation_posting_refused_why', sql`(${table.state} = 'REFUSED') = (${table.refusal} is not null)`),
    check('reconciliation_posting_decided', sql`(${table.state} = 'PENDING') = (${table.decidedAt} is null)`),
    tenantPolicy(),
  ],
)

export type ReconciliationPostingRow = typeof reconciliationPosting.$inferSelect
