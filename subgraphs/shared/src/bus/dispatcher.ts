import { eq, sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import { type Clock, systemClock } from '../clock.ts'
import { Lease } from '../db/lease.ts'
import type { Database } from '../db/pools.ts'
import type { JournalEvent } from '../journal/event.ts'
import { type Pace, PollingLoop, type Schedule } from '../journal/polling-loop.ts'
import { BEGINNING, type Position } from '../journal/position.ts'
import { readHorizon } from '../journal/read.ts'
import type { JournalTail } from '../journal/tail.ts'
import type { EventBus } from './bus.ts'
import type { BusEvent } from './event.ts'
import { dispatchOffset } from './tables.ts'

/** The net below the tail's wake, and how often a second process asks whether the first is gone. */
export const DISPATCH_INTERVAL_MS = 1_000
/** Events that go to the bus in one call. */
export const DISPATCH_EVENTS_MAX = 500
/**
 * How often it is noted that nothing had to be published. A journal may hold a million events between two that concern
 * others, and a restarted dispatcher should not read them again.
 */
export const OFFSET_INTERVAL_MS = 60_000
/** How often the bus is asked to forget what is too old. */
export const BUS_PRUNE_INTERVAL_MS = 3_600_000

export type DispatcherOptions = {
  /** The service's name; other services see it as the event's `source`. */
  readonly source: string
  readonly database: Database
  readonly tail: JournalTail
  /** Where the events go. It absorbs what it has already. */
  readonly bus: Pick<EventBus, 'publish' | 'prune'>
  readonly log: Logger
  /** The events that concern other services; all of them where it is left out. */
  readonly types?: readonly string[]
  readonly clock?: Clock
  readonly schedule?: Schedule
}

/**
 * Publishes the journal of one service to the event bus, in order and at least once. Of several processes of the
 * service one does it. Killed between publishing and noting how far it came, the next one publishes the same events
 * again and the bus absorbs them.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  readonly #loop: PollingLoop
  readonly #lease: Lease
  readonly #clock: Clock
  #position: Position | undefined
  #stored_ms = 0
  #pruned_ms = 0
  #unlisten: (() => void) | undefined

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#lease = new Lease(options.database, `dispatch ${options.source}`)
    this.#loop = new PollingLoop({
      name: `dispatcher of ${options.source}`,
      step: () => this.runOnce(),
      interval_ms: DISPATCH_INTERVAL_MS,
      log: options.log,
      schedule: options.schedule,
    })
  }

  /** The tail must have been started. */
  start(): void {
    this.#unlisten = this.#options.tail.onEvents(() => this.#loop.wake())
    this.#loop.start()
  }

  async stop(): Promise<void> {
    this.#unlisten?.()
    await this.#loop.stop()
    await this.#lease.release()
  }

  /** Publishes the next events, if this process is the one to do it. */
  async runOnce(): Promise<Pace> {
    if (!(await this.#lease.acquire())) {
      // Whoever has it moves on; read anew how far, when it comes here.
      this.#position = undefined
      return 'idle'
    }
    const { tail, bus, types, source } = this.#options
    const from = this.#position ?? (await this.#storedOffset())
    const { events, position, isLast } = await tail.page(from, { types }, DISPATCH_EVENTS_MAX)
    await bus.publish(events.map((event) => toBusEvent(event, source)))
    const now_ms = this.#clock().getTime()
    if (events.length > 0 || now_ms - this.#stored_ms >= OFFSET_INTERVAL_MS) {
      await this.#storeOffset(position)
      this.#stored_ms = now_ms
    }
    this.#position = position
    await this.#pruneNowAndThen()
    return isLast ? 'idle' : 'again'
  }

  async #storedOffset(): Promise<Position> {
    const { database, source } = this.#options
    const [row] = await database.system.select().from(dispatchOffset).where(eq(dispatchOffset.source, source))
    if (row === undefined) return BEGINNING
    const { horizon } = await readHorizon(database.system)
    // After a restore or a failover: its transactions count on from earlier, and what they append would be skipped.
    if (row.xid >= horizon) throw new Error('The journal has lost transactions that were published from it.')
    return row
  }

  async #storeOffset(position: Position): Promise<void> {
    const { database, source } = this.#options
    await database.system
      .insert(dispatchOffset)
      .values({ source, ...position })
      .onConflictDoUpdate({
        target: dispatchOffset.source,
        set: position,
        setWhere: sql`(${dispatchOffset.xid}, ${dispatchOffset.seq}) < (excluded.xid, excluded.seq)`,
      })
  }

  async #pruneNowAndThen(): Promise<void> {
    const now = this.#clock()
    if (now.getTime() - this.#pruned_ms < BUS_PRUNE_INTERVAL_MS) return
    this.#pruned_ms = now.getTime()
    await this.#options.bus.prune(now)
  }
}

const toBusEvent = ({ position, cursor, ...event }: JournalEvent, source: string): BusEvent => ({ ...event, source })
