import type { EventBus } from '@carriergraph/shared/bus/bus.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { endpointsOfTenants } from '../db/webhook-endpoints.ts'
import { cancelUnsendable, insertDeliveries, pruneDeliveries } from '../db/webhook-fan-out.ts'

/** How long it can be seen, and replayed, what became of a delivery; and how long one waits for a paused endpoint. */
export const DELIVERY_RETENTION_DAYS = 30

/**
 * What the dispatcher of webhooks publishes to: makes a delivery of each event for each endpoint that wants it. What it is
 * given a second time is there already. An endpoint gets the events from its registration on.
 */
export const webhookFanOut = ({
  database: { system },
  clock,
  log,
  onDeliveries,
}: {
  readonly database: Database
  readonly clock: () => Date
  readonly log: Log
  readonly onDeliveries: () => void
}): Pick<EventBus, 'publish' | 'prune'> => ({
  async publish(events) {
    if (events.length === 0) return
    const endpoints = await endpointsOfTenants(system, [...new Set(events.map(({ tenant }) => tenant))])
    const createdAt = clock()
    const deliveries = events.flatMap(({ id: eventId, tenant, type, aggregate, version, occurredAt }) =>
      endpoints
        .filter(
          (endpoint) =>
            endpoint.tenantId === tenant &&
            endpoint.createdAt <= occurredAt &&
            endpoint.eventTypes.some((wanted) => wanted === type),
        )
        .map((endpoint) => ({
          tenantId: tenant,
          id: newId('whd'),
          endpointId: endpoint.id,
          eventId,
          eventType: type,
          subjectType: aggregate.type,
          subjectId: aggregate.id,
          subjectVersion: version,
          createdAt,
        })),
    )
    await insertDeliveries(system, deliveries)
    if (deliveries.length > 0) onDeliveries()
  },

  async prune(now) {
    const eldest = new Date(now.getTime() - DELIVERY_RETENTION_DAYS * 86_400_000)
    const cancelled = await cancelUnsendable(system, eldest, now)
    if (cancelled > 0)
      log.warn({ cancelled }, 'gave up webhook deliveries of endpoints that are deleted, or paused for too long')
    await pruneDeliveries(system, eldest)
  },
})
