import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { REVIEW_DECISIONS } from '../../domain/review.ts'

/** A remittance that waits, or has waited, for a person: read from payments' events, decided on here. */
export const remittanceReview = pgTable(
  'remittance_review',
  {
    tenantId: tenantColumn(),
    remittanceId: idColumn('rem', 'remittance_id').notNull(),
    assessmentId: idColumn('ras', 'assessment_id').notNull(),
    heldAt: momentColumn('held_at').notNull(),
    decision: text('decision', { enum: REVIEW_DECISIONS }),
    reason: text('reason'),
    /** Id of the user or service that decided. */
    decidedBy: text('decided_by'),
    decidedAt: momentColumn('decided_at'),
    /** When its remittance was cancelled. */
    withdrawnAt: momentColumn('withdrawn_at'),
  },
  (table) => [
    primaryKey({ name: 'remittance_review_key', columns: [table.tenantId, table.remittanceId] }),
    index('remittance_review_open')
      .on(table.tenantId, table.heldAt, table.remittanceId)
      .where(sql`${table.decision} is null and ${table.withdrawnAt} is null`),
    index('remittance_review_newest').on(table.tenantId, table.heldAt, table.remittanceId),
    check('remittance_review_decision_known', sql`${table.decision} in ('APPROVE', 'DECLINE')`),
    check(
      'remittance_review_decided_whole',
      sql`num_nulls(${table.decision}, ${table.reason}, ${table.decidedBy}, ${table.decidedAt}) in (0, 4)`,
    ),
    tenantPolicy(),
  ],
)

export type RemittanceReviewRow = typeof remittanceReview.$inferSelect
