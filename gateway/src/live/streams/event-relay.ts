import type { GraphQLFormattedError } from 'graphql'
import type { RequestContext } from '../../request-context.ts'
import type { EventExecutor } from '../event-executor.ts'
import type { ResumableStream } from '../resume.ts'
import type { Opening } from '../upstream-subscriber.ts'
import type { Frame } from './frame.ts'
import type { Subscriber, Subscription } from './subscription.ts'
import type { BearingSubscriber, StreamSource } from './upstream-feed.ts'

/** Joins the one stream of events. */
type JoinEvents = (subscriber: Subscriber, place: JoinedPlace) => Subscription

interface JoinedPlace {
  readonly bearer: RequestContext
  /** A cursor; undefined for what happens from now on. */
  readonly after: unknown
  readonly kind: Opening
}

/** What the events themselves say: the stream that brings them completes nothing. */
export const eventsAsTheyCame: EventExecutor = async (_prepared, _variables, { data, errors = [] }) => ({
  data: data === undefined ? 'null' : JSON.stringify(data),
  errors,
})

/**
 * The events of one stream of a subgraph for several streams of clients: those who get the same events, and each complete
 * them in their own name with the fields of other subgraphs.
 */
export class EventRelay implements StreamSource {
  /** Its one stream does. */
  readonly logsEndings = true
  readonly #resume: ResumableStream
  readonly #join: JoinEvents

  constructor(resume: ResumableStream, join: JoinEvents) {
    this.#resume = resume
    this.#join = join
  }

  subscribe(subscriber: BearingSubscriber, kind: Opening = 'new'): () => void {
    const reader = new RelayReader(subscriber, this.#resume)
    // Nothing comes before this has returned, as from a subgraph.
    queueMicrotask(() => reader.join(this.#join, kind))
    return () => reader.leave()
  }
}

/** One reader of the relay, which always takes what comes: it leaves when it has enough. */
class RelayReader implements Subscriber {
  readonly #reader: BearingSubscriber
  readonly #resume: ResumableStream
  #subscription: Subscription | undefined
  #hasLeft = false

  constructor(reader: BearingSubscriber, resume: ResumableStream) {
    this.#reader = reader
    this.#resume = resume
  }

  join(join: JoinEvents, kind: Opening): void {
    if (this.#hasLeft) return
    const after = this.#reader.payload().variables?.[this.#resume.afterVariable]
    const subscription = join(this, { bearer: this.#reader.bearer, after, kind })
    this.#subscription = subscription
    // What it could read at once may have been enough.
    if (this.#hasLeft) subscription.leave()
  }

  leave(): void {
    this.#hasLeft = true
    this.#subscription?.leave()
  }

  next({ json, cursor }: Frame): boolean {
    if (this.#hasLeft) return true
    const event = JSON.parse(json)
    const payload = event.data?.[this.#resume.responseName]
    if (typeof payload === 'object' && payload !== null) payload[this.#resume.cursorAlias] = cursor
    this.#reader.event(event)
    return true
  }

  started(startCursor: unknown): void {
    if (!this.#hasLeft) this.#reader.event({ data: null, extensions: { startCursor } })
  }

  interrupted(): void {
    if (!this.#hasLeft) this.#reader.interrupted()
  }

  complete(): void {
    if (!this.#hasLeft) this.#reader.complete()
  }

  error(errors: readonly GraphQLFormattedError[]): void {
    if (this.#hasLeft) return
    // Each reader's clients are told where they are themselves.
    this.#reader.error(
      errors.map(({ extensions: { cursor: _, ...extensions } = {}, ...error }) => ({ ...error, extensions })),
    )
  }
}
