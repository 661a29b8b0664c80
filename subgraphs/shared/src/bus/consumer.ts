import type { Logger } from 'pino'
import { type Clock, systemClock } from '../clock.ts'
import { withCorrelation } from '../correlation.ts'
import { Lease } from '../db/lease.ts'
import type { Database } from '../db/pools.ts'
import { pruneBefore } from '../db/prune.ts'
import { type Pace, PollingLoop, type Schedule } from '../journal/polling-loop.ts'
import type { BusSubscription, EventBus } from './bus.ts'
import { applyAgain, applyNew, type Handler } from './effect.ts'
import type { BusEvent } from './event.ts'
import { dueFailures, noteFailure } from './failures.ts'
import { consumedEvent } from './tables.ts'

/** The net below the bus's wake, the grain of retries, and how often a second process asks whether the first is gone. */
export const CONSUME_INTERVAL_MS = 1_000
/** Events fetched at once. All of them are worked off before the bus is told. */
export const CONSUME_EVENTS_MAX = 100
/**
 * Of one transaction, which holds what their handlers lock until its end. Where one fails each is tried in a transaction of
 * its own.
 */
export const EVENTS_AT_ONCE_MAX = 20
/** How often the bus is told how far it was read when there was nothing for this consumer. */
export const ACKNOWLEDGE_INTERVAL_MS = 60_000
/** How long an event's id is remembered. Far above what the bus keeps, so that no event can come again after it. */
export const CONSUMED_RETENTION_DAYS = 30
/** How often the consumer forgets older ones. */
export const CONSUMED_PRUNE_INTERVAL_MS = 3_600_000

export type EventConsumerOptions = {
  /** Unique in this database, and it stays: `billing.top-ups`. Another name would consume everything anew. */
  readonly name: string
  readonly bus: EventBus
  readonly database: Database
  /** By the type of the event. */
  readonly handlers: Readonly<Record<string, Handler>>
  readonly log: Logger
  readonly clock?: Clock
  readonly schedule?: Schedule
}

/**
 * Brings the events of other services to their handlers. The effect of each event happens exactly once, because it is
 * committed together with the event's id, and with those of its neighbours where nothing fails. An event whose handler fails
 * is tried again with growing pauses, while later events of its aggregate wait and all others go on; after five tries of its
 * own it is parked for an operator.
 *
 * Of several processes with the same consumer name one works, so that the order of events holds; another one takes over
 * when it is gone.
 */
export class EventConsumer {
  readonly #options: EventConsumerOptions
  readonly #loop: PollingLoop
  readonly #lease: Lease
  readonly #clock: Clock
  #subscription: BusSubscription | undefined
  #unlisten: (() => void) | undefined
  #acknowledged_ms = 0
  #pruned_ms = 0
  #isStopping = false

  constructor(options: EventConsumerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#lease = new Lease(options.database, `consume ${options.name}`)
    this.#loop = new PollingLoop({
      name: `consumer ${options.name}`,
      step: () => this.runOnce(),
      interval_ms: CONSUME_INTERVAL_MS,
      log: options.log,
      schedule: options.schedule,
    })
  }

  start(): void {
    this.#loop.start()
  }

  /** Resolves when the event in hand is done with. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop.stop()
    this.#unsubscribe()
    await this.#lease.release()
  }

  /** Tries what is due again, then works off the next events of the bus. */
  async runOnce(): Promise<Pace> {
    if (!(await this.#lease.acquire())) {
      this.#unsubscribe()
      return 'idle'
    }
    try {
      const retried = await this.#retryFailures()
      const subscription = this.#subscribe()
      const { events, pace } = await subscription.fetch(CONSUME_EVENTS_MAX)
      for (const some of together(events)) {
        // The rest comes again to the next process.
        if (!(await this.#handleNew(some))) return 'idle'
      }
      await this.#acknowledge(subscription, events.length > 0)
      await this.#pruneNowAndThen()
      return retried > 0 ? 'again' : pace
    } catch (error) {
      // What was fetched and not acknowledged has to come again.
      this.#unsubscribe()
      throw error
    }
  }

  async #retryFailures(): Promise<number> {
    const { database, name } = this.#options
    const due = await dueFailures(database.system, name, this.#clock())
    for (const event of due) {
      // The rest is due for the next process as well.
      if (this.#isStopping) break
      await this.#handle(event, () => this.#applyAgain(event))
    }
    return due.length
  }

  /** @returns false where it has stopped before all of them were handled */
  async #handleNew(events: readonly BusEvent[]): Promise<boolean> {
    if (this.#isStopping) return false
    if (events.length > 1) {
      try {
        await this.#applyNew(events)
        return true
      } catch (error) {
        const { log, name: consumer } = this.#options
        log.debug({ err: error, consumer, events: events.length }, 'events failed together; trying each alone')
      }
    }
    for (const event of events) {
      if (this.#isStopping) return false
      await this.#handle(event, () => this.#applyNew([event]))
    }
    return true
  }

  #applyNew(events: readonly BusEvent[]): Promise<void> {
    const { database, name: consumer } = this.#options
    const tenant = events[0]?.tenant ?? ''
    return applyNew(database.forTenant(tenant), {
      consumer,
      events,
      handlerOf: (event) => this.#handlerOf(event),
      now: this.#clock(),
    })
  }

  #handlerOf({ type }: BusEvent): Handler {
    const handler = this.#options.handlers[type]
    // A type that was dropped while one of its events was waiting.
    if (handler === undefined) throw new Error(`No handler for ${type}.`)
    return handler
  }

  async #applyAgain(event: BusEvent): Promise<void> {
    const { database, name: consumer } = this.#options
    const handler = this.#handlerOf(event)
    await applyAgain(database.forTenant(event.tenant), { consumer, event, handler, now: this.#clock() })
  }

  /** Resolves when the effect is made or the failure is noted; throws only when neither could be written. */
  async #handle(event: BusEvent, apply: () => Promise<void>): Promise<void> {
    const { database, name: consumer, log } = this.#options
    await withCorrelation(event.correlationId, async () => {
      try {
        await apply()
      } catch (error) {
        // Through the system's handle: the tenant may be what is wrong with the event.
        const isParked = await noteFailure(database.system, consumer, event, { error, now: this.#clock() })
        const about = { err: error, consumer, event: event.id, type: event.type, tenant: event.tenant }
        if (isParked) log.error(about, 'event parked after its last try; replay it when the cause is gone')
        else log.warn(about, 'event handler failed; it will be tried again')
      }
    })
  }

  async #acknowledge(subscription: BusSubscription, isDue: boolean): Promise<void> {
    const now_ms = this.#clock().getTime()
    if (!isDue && now_ms - this.#acknowledged_ms < ACKNOWLEDGE_INTERVAL_MS) return
    await subscription.acknowledge()
    this.#acknowledged_ms = now_ms
  }

  #subscribe(): BusSubscription {
    if (this.#subscription !== undefined) return this.#subscription
    const { bus, name, handlers } = this.#options
    this.#subscription = bus.subscribe({ consumer: name, types: Object.keys(handlers) })
    this.#unlisten = this.#subscription.onAvailable(() => this.#loop.wake())
    return this.#subscription
  }

  #unsubscribe(): void {
    this.#unlisten?.()
    this.#subscription = undefined
  }

  async #pruneNowAndThen(): Promise<void> {
    const now = this.#clock()
    if (now.getTime() - this.#pruned_ms < CONSUMED_PRUNE_INTERVAL_MS) return
    this.#pruned_ms = now.getTime()
    await pruneConsumedEvents(this.#options.database, now)
  }
}

/** Neighbours of one tenant, up to EVENTS_AT_ONCE_MAX: across that, and from one to the next, the order holds. */
function together(events: readonly BusEvent[]): BusEvent[][] {
  const groups: BusEvent[][] = []
  for (const event of events) {
    const last = groups.at(-1)
    if (last !== undefined && last.length < EVENTS_AT_ONCE_MAX && last[0]?.tenant === event.tenant) last.push(event)
    else groups.push([event])
  }
  return groups
}

/** Forgets the ids of events that cannot come again. Consumers call it every hour. */
export async function pruneConsumedEvents({ system }: Database, now: Date): Promise<void> {
  const eldest = new Date(now.getTime() - CONSUMED_RETENTION_DAYS * 86_400_000)
  await pruneBefore(system, consumedEvent.consumedAt, eldest)
}
