import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { rescreeningColumns } from './rescreening-columns.ts'

/** A payment that was screened again before it was approved, once for each list. Append-only. */
export const paymentRescreening = pgTable(
  'payment_rescreening',
  {
    tenantId: tenantColumn(),
    assessmentId: idColumn('asm', 'assessment_id').notNull(),
    ...rescreeningColumns(),
  },
  (table) => [
    primaryKey({
      name: 'payment_rescreening_key',
      columns: [table.tenantId, table.assessmentId, table.sanctionsVersion],
    }),
    tenantPolicy(),
  ],
)

export type PaymentRescreeningRow = typeof paymentRescreening.$inferSelect
