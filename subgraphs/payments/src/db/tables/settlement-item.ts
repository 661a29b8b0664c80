import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { settlementCycle } from './settlement-cycle.ts'

/** One transfer that is cleared, in one cycle. Append-only. */
export const settlementItem = pgTable(
  'settlement_item',
  {
    tenantId: tenantColumn(),
    /** The typed id of what is cleared: `ins_…`. */
    reference: text('reference').notNull(),
    cycleId: idColumn('cyc', 'cycle_id').notNull(),
    debtorId: idColumn('led', 'debtor_id').notNull(),
    creditorId: idColumn('led', 'creditor_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    feeMinor: minorColumn('fee_minor'),
    enteredAt: momentColumn('entered_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'settlement_item_key', columns: [table.tenantId, table.reference] }),
    index('settlement_item_of_cycle').on(table.tenantId, table.cycleId, table.debtorId, table.creditorId),
    foreignKey({
      name: 'settlement_item_cycle',
      columns: [table.tenantId, table.cycleId],
      foreignColumns: [settlementCycle.tenantId, settlementCycle.id],
    }),
    check('settlement_item_above_zero', sql`${table.amountMinor} > 0`),
    check('settlement_item_fee', sql`${table.feeMinor} >= 0`),
    check('settlement_item_two', sql`${table.debtorId} <> ${table.creditorId}`),
    tenantPolicy(),
  ],
)
