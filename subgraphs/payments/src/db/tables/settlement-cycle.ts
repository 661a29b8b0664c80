import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, date, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { RAIL_NAMES } from '../../rails/rail.ts'
import type { CycleState } from '../../settlement/cycle.ts'
import { NETTINGS } from '../../settlement/orders.ts'

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
    openedAt: momentColumn('opened_at').notNull(),
    changedAt: momentColumn('changed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'settlement_cycle_key', columns: [table.tenantId, table.id] }),
    uniqueIndex('settlement_cycle_once').on(table.tenantId, table.rail, table.currency, table.day, table.number),
    // What is to be closed and settled.
    index('settlement_cycle_unsettled')
      .on(table.tenantId, table.cutOffAt)
      .where(sql`${table.state} in ('OPEN', 'CLOSED')`),
    // Cycles in a state, newest first: nearly all are SETTLED, and those that are looked for are not.
    index('settlement_cycle_by_state').on(table.tenantId, table.state, table.id),
    check('settlement_cycle_state_known', sql`${table.state} in ('OPEN', 'CLOSED', 'SETTLED', 'REVERSED')`),
    check('settlement_cycle_refusal', sql`(${table.refusalCode} is null) = (${table.refusalAccountId} is null)`),
    tenantPolicy(),
  ],
)

export type SettlementCycleRow = typeof settlementCycle.$inferSelect
