import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { boolean, check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { CASE_RESOLUTIONS, CASE_STATES, type CaseState } from '../../domain/unapplied-case.ts'
import { payment } from './payment.ts'
import { unappliedMoney } from './unapplied-money.ts'

const stateList = sql.raw(CASE_STATES.map((state) => `'${state}'`).join(', '))

/** How far people have come with money that was not applied. What nobody has looked at has no row, and is open. */
export const unappliedCase = pgTable(
  'unapplied_case',
  {
    tenantId: tenantColumn(),
    id: idColumn('uam').notNull(),
    state: text('state').$type<CaseState>().notNull().default('OPEN'),
    /** Number of its events in the journal. */
    version: integer('version').notNull().default(1),
    /** False where the ledger has yet to bring it into suspense. */
    isSuspended: boolean('is_suspended').notNull().default(true),
    /** What of it has gone back by itself. */
    returnedMinor: minorColumn('returned_minor').default(sql`0`),
    resolution: text('resolution', { enum: CASE_RESOLUTIONS }),
    walletId: idColumn('led', 'wallet_id'),
    refundId: idColumn('pay', 'refund_id'),
    /** Goes up with each approval: a transfer id is decided once. */
    attempt: integer('attempt').notNull().default(0),
    /** Why the ledger, or the rail, did not follow the last time. */
    refusal: text('refusal'),
    /** Who asked that it ends so, when and why. */
    requestedBy: idColumn('usr', 'requested_by'),
    requestedAt: momentColumn('requested_at'),
    requestReason: text('request_reason'),
    approvedBy: idColumn('usr', 'approved_by'),
    approvedAt: momentColumn('approved_at'),
    resolvedAt: momentColumn('resolved_at'),
  },
  (table) => [
    primaryKey({ name: 'unapplied_case_key', columns: [table.tenantId, table.id] }),
    // What the ledger has to follow; nearly always empty.
    index('unapplied_case_pending')
      .on(table.tenantId, table.id)
      .where(sql`not ${table.isSuspended} or (${table.state} = 'RESOLVING' and ${table.refundId} is null)`),
    foreignKey({
      name: 'unapplied_case_of',
      columns: [table.tenantId, table.id],
      foreignColumns: [unappliedMoney.tenantId, unappliedMoney.id],
    }),
    foreignKey({
      name: 'unapplied_case_refund',
      columns: [table.tenantId, table.refundId],
      foreignColumns: [payment.tenantId, payment.id],
    }),
    check('unapplied_case_state_known', sql`${table.state} in (${stateList})`),
    check(
      'unapplied_case_requested',
      sql`num_nonnulls(${table.requestedBy}, ${table.requestedAt}, ${table.requestReason}) =
        case when ${table.state} in ('RESOLUTION_REQUESTED', 'RESOLVING')
          or (${table.state} = 'RESOLVED' and ${table.resolution} not in ('RETURNED', 'REFUNDED')) then 3 else 0 end`,
    ),
    check(
      'unapplied_case_approved',
      sql`num_nonnulls(${table.approvedBy}, ${table.approvedAt}) =
        case when ${table.state} = 'RESOLVING'
          or (${table.state} = 'RESOLVED' and ${table.resolution} not in ('RETURNED', 'REFUNDED')) then 2 else 0 end`,
    ),
    check('unapplied_case_resolution', sql`(${table.state} = 'OPEN') = (${table.resolution} is null)`),
    check('unapplied_case_resolved', sql`(${table.state} = 'RESOLVED') = (${table.resolvedAt} is not null)`),
    check(
      'unapplied_case_to_wallet',
      sql`(${table.resolution} is not distinct from 'WALLET') = (${table.walletId} is not null)`,
    ),
    check('unapplied_case_returned', sql`${table.returnedMinor} >= 0`),
    // Whatever the code believes: two people.
    check('unapplied_case_four_eyes', sql`${table.requestedBy} <> ${table.approvedBy}`),
    tenantPolicy(),
  ],
)

export type UnappliedCaseRow = typeof unappliedCase.$inferSelect
