import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { ITEM_STATES, RESOLUTIONS } from '../../reconciliation/item-states.ts'
import { MATCH_RULES, MATCH_STATUSES } from '../../reconciliation/matching/result.ts'
import { reconciliationRun } from './reconciliation-run.ts'

/** What a run found about some lines and expected movements: a match, or a case. Amounts above zero: the account gained. */
export const reconciliationItem = pgTable(
  'reconciliation_item',
  {
    tenantId: tenantColumn(),
    id: idColumn('rci').notNull(),
    runId: idColumn('rcr', 'run_id').notNull(),
    account: text('account').notNull(),
    status: text('status', { enum: MATCH_STATUSES }).notNull(),
    rule: text('rule', { enum: MATCH_RULES }).notNull(),
    state: text('state', { enum: ITEM_STATES }).notNull(),
    /** Number of its events in the journal. */
    version: integer('version').notNull(),
    currency: currencyColumn(),
    linesMinor: minorColumn('lines_minor'),
    expectedMinor: minorColumn('expected_minor'),
    feeMinor: minorColumn('fee_minor'),
    feeMaxMinor: minorColumn('fee_max_minor'),
    /** What stands in suspense while it is open: lines - expected + fee. */
    differenceMinor: minorColumn('difference_minor'),
    /** Its members, which stay written here when they go on to another item. */
    lineIds: idColumn('stl', 'line_ids').array().notNull(),
    expectedIds: idColumn('exm', 'expected_ids').array().notNull(),
    createdAt: momentColumn('created_at').notNull(),
    resolution: text('resolution', { enum: RESOLUTIONS }),
    /** Who resolved it or approved that it is written off or dismissed, and when. */
    resolvedBy: text('resolved_by'),
    resolvedAt: momentColumn('resolved_at'),
    /** Who asked that it is written off or dismissed, when and why; while nobody has decided, and where it was approved. */
    requestedBy: text('requested_by'),
    requestedAt: momentColumn('requested_at'),
    reason: text('reason'),
  },
  (table) => [
    primaryKey({ name: 'reconciliation_item_key', columns: [table.tenantId, table.id] }),
    index('reconciliation_item_of_run').on(table.tenantId, table.runId, table.id),
    // The cases that a run looks at.
    index('reconciliation_item_open').on(table.tenantId, table.account, table.id).where(sql`${table.state} = 'OPEN'`),
    // The lists of cases: of what was matched there are a thousand times more.
    index('reconciliation_item_case').on(table.tenantId, table.id).where(sql`${table.state} <> 'SETTLED'`),
    index('reconciliation_item_case_of_account')
      .on(table.tenantId, table.account, table.id)
      .where(sql`${table.state} <> 'SETTLED'`),
    foreignKey({
      name: 'reconciliation_item_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [reconciliationRun.tenantId, reconciliationRun.id],
    }),
    check('reconciliation_item_settled', sql`(${table.state} = 'SETTLED') = (${table.status} = 'MATCHED')`),
    check('reconciliation_item_matched', sql`${table.status} <> 'MATCHED' or ${table.differenceMinor} = 0`),
    check(
      'reconciliation_item_resolved',
      sql`num_nonnulls(${table.resolution}, ${table.resolvedBy}, ${table.resolvedAt}) =
        case when ${table.state} in ('RESOLVED', 'WRITTEN_OFF') then 3 else 0 end`,
    ),
    check(
      'reconciliation_item_requested',
      sql`num_nonnulls(${table.requestedBy}, ${table.requestedAt}, ${table.reason}) =
        case when ${table.state} in ('WRITE_OFF_REQUESTED', 'DISMISSAL_REQUESTED', 'WRITTEN_OFF')
          or ${table.resolution} = 'DISMISSED' then 3 else 0 end`,
    ),
    // Whatever the code believes: two people.
    check(
      'reconciliation_item_four_eyes',
      sql`case when ${table.state} = 'WRITTEN_OFF' or ${table.resolution} = 'DISMISSED'
        then ${table.requestedBy} <> ${table.resolvedBy} else true end`,
    ),
    // All else that the bank shows has moved; a line without references is found to repeat no other one.
    check(
      'reconciliation_item_dismissed',
      sql`case when ${table.state} = 'DISMISSAL_REQUESTED' or ${table.resolution} = 'DISMISSED'
        then ${table.rule} = 'REPEATED_LINE' or (
          ${table.rule} = 'NO_COUNTERPART' and ${table.status} = 'MISSING_INTERNALLY' and cardinality(${table.lineIds}) = 1)
        else true end`,
    ),
    tenantPolicy(),
  ],
)

export type ReconciliationItemRow = typeof reconciliationItem.$inferSelect
