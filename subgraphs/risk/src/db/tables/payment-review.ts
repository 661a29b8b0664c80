import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { REVIEW_DECISIONS } from '../../domain/review.ts'

/** A payment that waits, or has waited, for a person: read from payments' events, decided on here. */
export const paymentReview = pgTable(
  'payment_review',
  {
    tenantId: tenantColumn(),
    paymentId: idColumn('pay', 'payment_id').notNull(),
    payerId: idColumn('usr', 'payer_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    heldAt: momentColumn('held_at').notNull(),
    decision: text('decision', { enum: REVIEW_DECISIONS }),
    reason: text('reason'),
    /** Id of the user or service that decided. */
    decidedBy: text('decided_by'),
    decidedAt: momentColumn('decided_at'),
    /** When its payment was cancelled. */
    withdrawnAt: momentColumn('withdrawn_at'),
  },
  (table) => [
    primaryKey({ name: 'payment_review_key', columns: [table.tenantId, table.paymentId] }),
    index('payment_review_open')
      .on(table.tenantId, table.heldAt, table.paymentId)
      .where(sql`${table.decision} is null and ${table.withdrawnAt} is null`),
    index('payment_review_newest').on(table.tenantId, table.heldAt, table.paymentId),
    check('payment_review_decision_known', sql`${table.decision} in ('APPROVE', 'DECLINE')`),
    check(
      'payment_review_decided_whole',
      sql`num_nulls(${table.decision}, ${table.reason}, ${table.decidedBy}, ${table.decidedAt}) in (0, 4)`,
    ),
    tenantPolicy(),
  ],
)

export type PaymentReviewRow = typeof paymentReview.$inferSelect
