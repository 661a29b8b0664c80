import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { RAIL_NAMES } from '../../rails/rail.ts'
import { CYCLE_STATES, type CycleState } from '../../settlement/cycle.ts'
import { NETTINGS } from '../../settlement/orders.ts'

const stateList = sql.raw(CYCLE_STATES.map((state) => `'${state}'`).join(', '))

/** What is cleared and settled together: one rail, one currency, up to one cut-off. */
export const settlementCycle = pgTable(
  'settlement_cycle',
  {
    tenantId: tenantColumn(),
    id: idColumn('cyc').notNull(),
    rail: text('rail', { enum: RAIL_NAMES }).notNull(),
    currency: currencyColumn(),
    day: date('day', { mode: 'string' }).notNull(),
    number: integer('number').notNull(),
    cutOffAt: momentColumn('cut_off_at').notNull(),
    settlementDate: date('settlement_date', { mode: 'string' }).notNull(),
    netting: text('netting', { enum: NETTINGS }).notNull(),
    settlementAccountId: idColumn('led', 'settlement_account_id').notNull(),
    feesAccountId: idColumn('led', 'fees_account_id').notNull(),
    state: text('state').$type<CycleState>().notNull(),
    version: integer('version').notNull(),
    attempt: integer('attempt').notNull(),
    reversalAttempt: integer('reversal_attempt').notNull(),
    refusalCode: text('refusal_code').$type<PostingCode>(),
    refusalAccountId: idColumn('led', 'refusal_account_id'),
    /** Who asked that it is taken back, when and why, and who approved that. */
    reversalRequestedBy: idColumn('usr', 'reversal_requested_by'),
    reversalRequestedAt: momentColumn('reversal_requested_at'),
    reversalReason: text('reversal_reason'),
    reversalApprovedBy: idColumn('usr', 'reversal_approved_by'),
    reversalApprovedAt: momentColumn('reversal_approved_at'),
    openedAt: momentColumn('opened_at').notNull(),
    changedAt: momentColumn('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'settlement_cycle_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('settlement_cycle_once').on(table.tenantId, table.rail, table.currency, table.day, table.number),
    // What is to be closed, settled and taken back.
    index('settlement_cycle_due')
      .on(table.tenantId, table.cutOffAt)
      .where(sql`${table.state} in ('OPEN', 'CLOSED', 'REVERSING')`),
    // Cycles in a state, newest first: nearly all are SETTLED, and those that are looked for are not.
    index('settlement_cycle_by_state').on(table.tenantId, table.state, table.id),
    check('settlement_cycle_state_known', sql`${table.state} in (${stateList})`),
    check('settlement_cycle_refusal', sql`(${table.refusalCode} is null) = (${table.refusalAccountId} is null)`),
    check(
      'settlement_cycle_reversal_requested',
      sql`num_nonnulls(${table.reversalRequestedBy}, ${table.reversalRequestedAt}, ${table.reversalReason}) =
        case when ${table.state} in ('REVERSAL_REQUESTED', 'REVERSING', 'REVERSED') then 3 else 0 end`,
    ),
    check(
      'settlement_cycle_reversal_approved',
      sql`num_nonnulls(${table.reversalApprovedBy}, ${table.reversalApprovedAt}) =
        case when ${table.state} in ('REVERSING', 'REVERSED') then 2 else 0 end`,
    ),
    // Whatever the code believes: two people.
    check('settlement_cycle_four_eyes', sql`${table.reversalRequestedBy} <> ${table.reversalApprovedBy}`),
    tenantPolicy(),
  ],
)

export type SettlementCycleRow = typeof settlementCycle.$inferSelect
