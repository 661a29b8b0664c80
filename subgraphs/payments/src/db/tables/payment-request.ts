import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, foreignKey, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { AdmissionCode } from '../../domain/admit.ts'
import type { CarriageCode } from '../../domain/carriage.ts'
import type { RefundCode } from '../../domain/commands.ts'
import { payment } from './payment.ts'

/**
 * The first answer that a client got under its idempotency key: the payment that was taken on, or the refusal.
 * Append-only. Keys are the caller's own, so that nobody can find out another's by trying.
 */
export const paymentRequest = pgTable(
  'payment_request',
  {
    tenantId: tenantColumn(),
    /** Id of the user or service that sent it. */
    requestedBy: text('requested_by').notNull(),
    idempotencyKey: text('idempotency_key').notNull(),
    /** SHA-256 in hex over what was asked for; another one under the same key is IDEMPOTENCY_KEY_REUSED. */
    requestHash: text('request_hash').notNull(),
    paymentId: idColumn('pay', 'payment_id'),
    refusalCode: text('refusal_code').$type<AdmissionCode | CarriageCode | RefundCode>(),
    refusalMessage: text('refusal_message'),
    refusalField: text('refusal_field').array(),
    requestedAt: momentColumn('requested_at').notNull(),
  },
  (table) => [
    primaryKey({
      name: 'payment_request_key',
      columns: [table.tenantId, table.requestedBy, table.idempotencyKey],
    }),
    foreignKey({
      name: 'payment_request_payment',
      columns: [table.tenantId, table.paymentId],
      foreignColumns: [payment.tenantId, payment.id],
    }),
    check('payment_request_one_answer', sql`num_nonnulls(${table.paymentId}, ${table.refusalCode}) = 1`),
    tenantPolicy(),
  ],
)

export type PaymentRequestRow = typeof paymentRequest.$inferSelect
