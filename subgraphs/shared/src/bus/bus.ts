import type { Pace } from '../journal/polling-loop.ts'
import type { BusEvent } from './event.ts'

/**
 * Carries events between services, at least once and in order per aggregate. Drivers: `postgres/` here, NATS JetStream
 * later; `describeEventBus` is what both have to pass. Services do not use it directly: a `Dispatcher` publishes their
 * journal and an `EventConsumer` makes the effect of each event happen exactly once.
 */
export interface EventBus {
  /**
   * Resolves when the events are safe. An event that the bus has already, by its id, is absorbed; so whoever is not
   * sure publishes again. Events keep the order of the calls, and within a call that of the list.
   */
  publish(events: readonly BusEvent[]): Promise<void>
  /** Starts behind the last event that this consumer, in whatever process, has acknowledged. */
  subscribe(subscription: { consumer: string; types: readonly string[] }): BusSubscription
  /** Forgets events that are older than the driver keeps them. */
  prune(now: Date): Promise<void>
  close(): Promise<void>
}

export interface BusSubscription {
  /** The next events. Those that are not acknowledged come again to the next subscription of this consumer. */
  fetch(limit: number): Promise<{ readonly events: readonly BusEvent[]; readonly pace: Pace }>
  /** All that was fetched so far is done with. */
  acknowledge(): Promise<void>
  /** Called when there may be something to fetch. Returns how to stop. */
  onAvailable(wake: () => void): () => void
}
