import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { currencyColumn, minorColumn } from '@carriergraph/shared/money/money-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { isOpen, reviewChecks, reviewColumns } from './review-columns.ts'

/** A payment that waits, or has waited, for a person: read from payments' events, decided on here. */
export const paymentReview = pgTable(
  'payment_review',
  {
    tenantId: tenantColumn(),
    paymentId: idColumn('pay', 'payment_id').notNull(),
    payerId: idColumn('usr', 'payer_id').notNull(),
    amountMinor: minorColumn('amount_minor'),
    currency: currencyColumn(),
    ...reviewColumns(),
  },
  (table) => [
    primaryKey({ name: 'payment_review_key', columns: [table.tenantId, table.paymentId] }),
    index('payment_review_open').on(table.tenantId, table.heldAt, table.paymentId).where(isOpen(table)),
    index('payment_review_newest').on(table.tenantId, table.heldAt, table.paymentId),
    ...reviewChecks('payment_review', table),
    tenantPolicy(),
  ],
)

export type PaymentReviewRow = typeof paymentReview.$inferSelect
