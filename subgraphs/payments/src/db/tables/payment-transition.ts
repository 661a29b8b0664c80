import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { PaymentStatus } from '../../domain/payment.ts'
import { payment } from './payment.ts'

/** Every state that a payment was in. Append-only. */
export const paymentTransition = pgTable(
  'payment_transition',
  {
    tenantId: tenantColumn(),
    paymentId: idColumn('pay', 'payment_id').notNull(),
    version: integer('version').notNull(),
    status: text('status').$type<PaymentStatus>().notNull(),
    occurredAt: momentColumn('occurred_at').notNull(),
    actor: text('actor').notNull(),
  },
  (table) => [
    primaryKey({ name: 'payment_transition_key', columns: [table.tenantId, table.paymentId, table.version] }),
    foreignKey({
      name: 'payment_transition_payment',
      columns: [table.tenantId, table.paymentId],
      foreignColumns: [payment.tenantId, payment.id],
    }),
    tenantPolicy(),
  ],
)

export type PaymentTransitionRow = typeof paymentTransition.$inferSelect
