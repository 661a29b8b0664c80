import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { index, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { isOpen, reviewChecks, reviewColumns } from './review-columns.ts'

/** A remittance that waits, or has waited, for a person: read from payments' events, decided on here. */
export const remittanceReview = pgTable(
  'remittance_review',
  {
    tenantId: tenantColumn(),
    remittanceId: idColumn('rem', 'remittance_id').notNull(),
    assessmentId: idColumn('ras', 'assessment_id').notNull(),
    ...reviewColumns(),
  },
  (table) => [
    primaryKey({ name: 'remittance_review_key', columns: [table.tenantId, table.remittanceId] }),
    index('remittance_review_open').on(table.tenantId, table.heldAt, table.remittanceId).where(isOpen(table)),
    index('remittance_review_newest').on(table.tenantId, table.heldAt, table.remittanceId),
    ...reviewChecks('remittance_review', table),
    tenantPolicy(),
  ],
)

export type RemittanceReviewRow = typeof remittanceReview.$inferSelect
