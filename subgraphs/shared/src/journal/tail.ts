import type { Logger } from 'pino'
import type { Database } from '../db/pools.ts'
import { Refusal } from '../refusal.ts'
import { JOURNAL_CHANNEL, journalBell } from './bell.ts'
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.ts'
import { type EventFilter, isWanted, type JournalEvent } from './event.ts'
import { type Pace, PollingLoop, type Schedule } from './polling-loop.ts'
import { compare, justBefore, type Position } from './position.ts'
import { type Page, pageOf, readBetween, readHorizon, readSettled } from './read.ts'
import { EventRing } from './ring.ts'
import { ResumableStream } from './stream.ts'

/** The net below commits and notifications: how late an event can be when every wake was lost. */
export const POLL_INTERVAL_MS = 1_000
/** Events in memory. A subscriber that falls further behind reads from the database. */
export const RING_SIZE = 4_096
/** Subscriptions of one process. The gateway shares its upstream streams, so a client can hardly come near. */
export const STREAMS_MAX = 10_000
/** Events that one subscriber holds while it works through them. */
export const STREAM_PAGE_MAX = 100

export type JournalTailOptions = {
  readonly database: Database
  readonly log: Logger
  readonly schedule?: Schedule
  readonly ringSize?: number
  readonly streamsMax?: number
}

export type StreamOptions = {
  readonly tenant: string
  readonly types?: readonly string[]
  readonly aggregate?: { readonly type: string; readonly id?: string }
  /** The cursor of the last event that the subscriber has seen; without it the stream starts now. */
  readonly after?: string | null | undefined
  readonly filter?: (event: JournalEvent) => boolean
  readonly signal?: AbortSignal
}

type JournalStream = ResumableStream<JournalEvent, Position>

/**
 * Follows the journal of one database for all readers of the process. It alone asks the database for news; readers
 * keep their own place and take what they want from the ring, or from the database when they are behind.
 */
export class JournalTail {
  readonly #database: Database
  readonly #loop: PollingLoop
  readonly #ringSize: number
  readonly #streamsMax: number
  readonly #streams = new Set<JournalStream>()
  readonly #hearers = new Set<() => void>()
  #ring: EventRing | undefined
  #reading: Promise<unknown> = Promise.resolve()
  #unlisten: (() => Promise<void> | void)[] = []

  constructor(options: JournalTailOptions) {
    this.#database = options.database
    this.#ringSize = options.ringSize ?? RING_SIZE
    this.#streamsMax = options.streamsMax ?? STREAMS_MAX
    this.#loop = new PollingLoop({
      name: 'journal tail',
      step: () => this.runOnce(),
      interval_ms: POLL_INTERVAL_MS,
      log: options.log,
      schedule: options.schedule,
    })
  }

  /** Resolves when streams may be opened. */
  async start(): Promise<void> {
    const wake = () => this.#loop.wake()
    this.#unlisten.push(journalBell(this.#database).listen(wake))
    // postgres.js keeps a connection for this alone and opens it again with growing pauses. It calls `wake` each time
    // that it listens anew, because notifications in between are lost.
    const { unlisten } = await this.#database.sql.system.listen(JOURNAL_CHANNEL, wake, wake)
    this.#unlisten.push(unlisten)
    await this.runOnce()
    this.#loop.start()
  }

  /** Ends every stream, then stops reading. */
  async stop(): Promise<void> {
    await Promise.all([...this.#streams].map((stream) => stream.return()))
    await this.#loop.stop()
    await Promise.all(this.#unlisten.splice(0).map((stop) => stop()))
  }

  /** Reads what has settled since the last time. Once started, the tail does so whenever there may be something. */
  runOnce(): Promise<Pace> {
    // One after the other: two at once would read the same events.
    const step = this.#reading.then(() => this.#read())
    this.#reading = step.catch(() => undefined)
    return step
  }

  async #read(): Promise<Pace> {
    const { system } = this.#database
    if (this.#ring === undefined) {
      const { horizon, isWaiting } = await readHorizon(system)
      this.#ring = new EventRing(this.#ringSize, justBefore(horizon))
      return isWaiting ? 'soon' : 'idle'
    }
    const { events, position, isLast, isWaiting } = await readSettled(system, this.#ring.head)
    if (compare(position, this.#ring.head) < 0) {
      throw new Error('The database has lost transactions that were read from it. Restart this service.')
    }
    this.#ring.push(events, position)
    if (events.length > 0) for (const hear of [...this.#hearers]) hear()
    if (!isLast) return 'again'
    return isWaiting ? 'soon' : 'idle'
  }

  /** Every event up to here has been read. */
  get head(): Position {
    return this.#startedRing().head
  }

  /** Called whenever the head has moved past an event. Returns how to stop. */
  onEvents(hear: () => void): () => void {
    this.#hearers.add(hear)
    return () => this.#hearers.delete(hear)
  }

  /** The wanted events after a place that are settled by now. */
  async page(after: Position, filter: EventFilter, limit: number): Promise<Page> {
    const ring = this.#startedRing()
    const recent = ring.after(after)
    if (recent === undefined) return readBetween(this.#handleFor(filter), { ...filter, after, upTo: ring.head, limit })
    const events = takeWanted(recent, filter, limit)
    const end = compare(after, ring.head) > 0 ? after : ring.head
    return pageOf(events, { limit, end, isLast: true })
  }

  /**
   * The events of a tenant: those after the cursor, then the live ones, without a gap or a repeat.
   * @throws Refusal TOO_MANY_SUBSCRIPTIONS; INVALID_CURSOR, at once or (a cursor from the future) from the first `next`
   */
  stream({ after, filter, signal, ...wanted }: StreamOptions): JournalStream {
    if (this.#streams.size >= this.#streamsMax) {
      throw new Refusal(
        'TOO_MANY_SUBSCRIPTIONS',
        'This service serves as many subscriptions as it can. Try again later.',
      )
    }
    const start = typeof after === 'string' ? decodeCursor(after, wanted.types) : this.head
    const isAhead = compare(start, this.head) > 0
    return new ResumableStream<JournalEvent, Position>({
      start,
      startCursor: encodeCursor(wanted.types?.[0] ?? ANY_TYPE, start),
      page: (position) => this.page(position, wanted, STREAM_PAGE_MAX),
      isAccepted: filter,
      onEvents: (hear) => this.onEvents(hear),
      open: this.#streams,
      beforeFirst: isAhead ? () => this.#refuseFuture(start) : undefined,
      signal,
    })
  }

  /** Another process may have read further than this one, but nobody can have read what is not settled. */
  async #refuseFuture(position: Position): Promise<void> {
    const { horizon } = await readHorizon(this.#database.system)
    if (position.xid >= horizon) throw invalidCursor()
  }

  #handleFor({ tenant }: EventFilter) {
    return tenant === undefined ? this.#database.system : this.#database.forTenant(tenant)
  }

  #startedRing(): EventRing {
    if (this.#ring === undefined) throw new Error('The journal tail was not started.')
    return this.#ring
  }
}

/** In the start cursor of a stream that is open to every type. */
const ANY_TYPE = '*'

function takeWanted(recent: Iterable<JournalEvent>, filter: EventFilter, limit: number): JournalEvent[] {
  const taken: JournalEvent[] = []
  for (const event of recent) {
    if (!isWanted(event, filter)) continue
    taken.push(event)
    if (taken.length === limit) break
  }
  return taken
}
