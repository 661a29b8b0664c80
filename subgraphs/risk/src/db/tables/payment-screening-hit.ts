import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { screeningHitChecks, screeningHitColumns } from './screening-hit-columns.ts'

/** What a name of a payment is like. Append-only. */
export const paymentScreeningHit = pgTable(
  'payment_screening_hit',
  {
    tenantId: tenantColumn(),
    assessmentId: idColumn('asm', 'assessment_id').notNull(),
    ...screeningHitColumns(),
  },
  (table) => [
    primaryKey({
      name: 'payment_screening_hit_key',
      columns: [table.tenantId, table.assessmentId, table.party, table.rank],
    }),
    ...screeningHitChecks('payment_screening_hit', table),
    tenantPolicy(),
  ],
)

export type PaymentScreeningHitRow = typeof paymentScreeningHit.$inferSelect
