import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { WebhookDelivery } from '../db/webhook-deliveries.ts'
import type { WebhookEndpoint } from '../db/webhook-endpoints.ts'
import { eventOf } from '../events.ts'
import type { AttemptOutcome } from './send/attempt-result.ts'

type EndpointChange =
  | 'webhook_endpoint.created'
  | 'webhook_endpoint.secret_rotated'
  | 'webhook_endpoint.paused'
  | 'webhook_endpoint.resumed'
  | 'webhook_endpoint.deleted'

/** What happened to an endpoint. Of its URL only the origin: paths are used as passwords. */
export function endpointEvent(
  type: EndpointChange,
  { id, url, eventTypes, pauseReason, version }: WebhookEndpoint,
  { now, ...by }: Provenance,
): NewJournalEvent {
  const data = { endpointId: id, origin: new URL(url).origin, eventTypes, pauseReason, at: now.toISOString() }
  return { aggregate: { type: 'webhook_endpoint', id }, version, ...eventOf(type, data), ...by, occurredAt: now }
}

type Told = Pick<WebhookDelivery, 'id' | 'endpointId' | 'eventId' | 'eventType' | 'attempts'>

/** A delivery was given up. */
export const deadEvent = (
  delivery: Told,
  { version, outcome, httpStatus }: { version: number; outcome: AttemptOutcome; httpStatus: number | null },
  { now, ...by }: Provenance,
): NewJournalEvent => ({
  aggregate: { type: 'webhook_delivery', id: delivery.id },
  version,
  ...eventOf('webhook_delivery.died', { ...fieldsOf(delivery), outcome, httpStatus, at: now.toISOString() }),
  ...by,
  occurredAt: now,
})

/** A delivery is to be made again. */
export const replayedEvent = (delivery: Told, version: number, { now, ...by }: Provenance): NewJournalEvent => ({
  aggregate: { type: 'webhook_delivery', id: delivery.id },
  version,
  ...eventOf('webhook_delivery.replayed', { ...fieldsOf(delivery), at: now.toISOString() }),
  ...by,
  occurredAt: now,
})

const fieldsOf = ({ id, endpointId, eventId, eventType, attempts }: Told) => ({
  deliveryId: id,
  endpointId,
  eventId,
  eventType,
  attempts,
})
