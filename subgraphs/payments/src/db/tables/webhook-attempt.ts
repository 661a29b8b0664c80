import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { momentColumn } from '@carriergraph/shared/moment-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { foreignKey, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { ATTEMPT_OUTCOMES } from '../../webhooks/send/attempt-result.ts'
import { webhookDelivery } from './webhook-delivery.ts'

/** What came of one try of a delivery. A number that is missing is a try whose process died before it could say. */
export const webhookAttempt = pgTable(
  'webhook_attempt',
  {
    tenantId: tenantColumn(),
    deliveryId: idColumn('whd', 'delivery_id').notNull(),
    number: integer('number').notNull(),
    startedAt: momentColumn('started_at').notNull(),
    duration_ms: integer('duration_ms').notNull(),
    outcome: text('outcome', { enum: ATTEMPT_OUTCOMES }).notNull(),
    httpStatus: integer('http_status'),
    responseExcerpt: text('response_excerpt'),
  },
  (table) => [
    primaryKey({ name: 'webhook_attempt_key', columns: [table.tenantId, table.deliveryId, table.number] }),
    foreignKey({
      name: 'webhook_attempt_delivery',
      columns: [table.tenantId, table.deliveryId],
      foreignColumns: [webhookDelivery.tenantId, webhookDelivery.id],
    }).onDelete('cascade'),
    tenantPolicy(),
  ],
)

export type WebhookAttemptRow = typeof webhookAttempt.$inferSelect
