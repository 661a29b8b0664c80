import type { WebhookDeliveryRow } from '../db/tables/webhook-delivery.ts'
import type { DeliveredEvent } from '../db/webhook-claims.ts'

/**
 * What is sent: `type`, `timestamp` and `data` as Standard Webhooks advises, with the event's id and its place in the
 * history of its subject, by which a receiver can put events in order. `docs/events` has the schema of each `data`.
 */
export const bodyOf = (delivery: WebhookDeliveryRow, event: DeliveredEvent): string =>
  JSON.stringify({
    type: delivery.eventType,
    timestamp: event.occurredAt.toISOString(),
    id: delivery.eventId,
    subject: { type: delivery.subjectType, id: delivery.subjectId, version: delivery.subjectVersion },
    data: event.data,
  })
