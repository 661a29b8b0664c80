import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { gatewayError } from '../../errors/codes.ts'
import { isMasked, presentError } from '../../errors/present.ts'
import { textOf } from '../../graph/answer.ts'
import type { RequestContext } from '../../request-context.ts'
import { UNTRACED } from '../../subgraphs/trace-context.ts'
import { Frame } from './frame.ts'
import { FrameLog, type FrameLogLimits } from './frame-log.ts'
import type { StreamCounts } from './stream-counts.ts'
import type { Subscription } from './subscription.ts'
import {
  type FeedEvent,
  type FeedListener,
  type StreamEnding,
  type StreamSubject,
  UpstreamFeed,
} from './upstream-feed.ts'

export interface StreamLimits {
  /** Events that may wait to be completed with the fields of other subgraphs. */
  readonly queue_max: number
  /** What is kept for a client that is behind; one that is further behind is ended. */
  readonly behind: FrameLogLimits
  /** What is kept when all have taken everything: for the one who comes back now and then. */
  readonly kept: FrameLogLimits
  /**
   * What is kept, for both, once somebody came back: after a crash all do, and each would replay alone what is not kept.
   * Not less than `behind`.
   */
  readonly returning: FrameLogLimits
  /** How long after one who came back others are expected. */
  readonly returning_ms: number
  /** How long a client may take nothing of what waits for it. */
  readonly stall_ms_max: number
}

export interface StreamOptions {
  readonly limits: StreamLimits
  readonly clock: Clock
  readonly log: Log
  readonly counts: StreamCounts
  /** Is told how long after its arrival an event was handed to all who keep up. */
  readonly published?: ((lag_ms: number) => void) | undefined
}

/** What a stream tells the group that it belongs to. */
export interface StreamNeighbours {
  /** All before frame `next` is out, and it ended at `cursor`. */
  reached(stream: SharedStream, cursor: unknown, next: number): void
  /** It cannot be joined behind `cursor` any more. */
  forgot(stream: SharedStream, cursor: unknown): void
  /** It may be behind what happens now. */
  fellBehind(stream: SharedStream): void
  /** It takes nobody in any more. */
  closed(stream: SharedStream): void
}

/**
 * One stream of one subgraph for all who asked for the same and may see the same. Each event is completed once and
 * written once. A subscription that does not keep up reads behind the others, as far as the log reaches; only when nobody
 * keeps up does the stream itself wait.
 */
export class SharedStream implements FeedListener {
  readonly #subject: StreamSubject
  readonly #options: StreamOptions
  readonly #neighbours: StreamNeighbours
  readonly #correlationId: string
  readonly #members = new Set<Subscription>()
  readonly #behind = new Set<Subscription>()
  readonly #frames = new FrameLog()
  readonly #feed: UpstreamFeed
  /** In whose name the other subgraphs are asked. */
  #speaker: RequestContext
  /** The cursor before the oldest frame that is kept. */
  #base: unknown
  /** 1 while an event is out of the queue and not yet in the log. */
  #inHand = 0
  /** When somebody last joined behind a cursor, on the monotonic clock. */
  #returned_ms = Number.NEGATIVE_INFINITY
  #ending: StreamEnding | undefined
  #isClosed = false
  #wake: (() => void) | undefined

  /** Opens the stream for somebody who joins it at once. */
  constructor(
    subject: StreamSubject,
    after: unknown,
    opener: RequestContext,
    neighbours: StreamNeighbours,
    options: StreamOptions,
  ) {
    this.#subject = subject
    this.#options = options
    this.#neighbours = neighbours
    this.#correlationId = opener.correlationId
    this.#speaker = opener
    this.#base = after
    const { limits, clock } = options
    this.#feed = new UpstreamFeed(subject, after, opener, { listener: this, clock, queue_max: limits.queue_max })
    void this.#run()
  }

  /** Takes a subscription in before frame `next`; without one, before what has not come yet. */
  join(subscription: Subscription, next?: number): void {
    if (next !== undefined) this.#returned_ms = performance.now()
    subscription.stream = this
    subscription.next = next ?? this.#frames.end + this.#inHand + this.#feed.waiting
    subscription.cursor ??= this.#feed.received
    this.#members.add(subscription)
    this.#options.counts.open += 1
    this.#pump(subscription)
    this.#wake?.()
  }

  get counts(): StreamCounts {
    return this.#options.counts
  }

  /** The subscription takes frames again. */
  drained(subscription: Subscription): void {
    if (!this.#behind.delete(subscription)) return
    clearTimeout(subscription.stallTimer)
    this.#pump(subscription)
    this.#wake?.()
  }

  /** The subscription is over. The last one to leave closes the stream. */
  remove(subscription: Subscription): void {
    this.#release(subscription)
    if (this.#members.size === 0) this.#close()
    else if (this.#speaker === subscription.context) this.#speaker = this.#anybody() ?? this.#speaker
    this.#wake?.()
  }

  /** Whether everybody here has taken all that there is, so that they could go on elsewhere. */
  get isLevel(): boolean {
    const { end } = this.#frames
    for (const { next } of this.#members) if (next !== end) return false
    return this.#ending === undefined
  }

  /** All go on in another stream, before its frame `next`. */
  moveTo(other: SharedStream, next: number): void {
    const members = [...this.#members]
    for (const subscription of members) this.#release(subscription)
    this.#close()
    for (const subscription of members) other.join(subscription, next)
  }

  started(cursor: unknown): void {
    this.#base = cursor
    for (const subscription of this.#members) subscription.cursor ??= cursor
    this.#neighbours.reached(this, cursor, 0)
  }

  interrupted(): void {
    this.#neighbours.fellBehind(this)
  }

  /** The one whose token lasts longest. */
  nextBearer(spent: ReadonlySet<string | undefined>): RequestContext | undefined {
    let next: RequestContext | undefined
    let lasts_ms = this.#options.clock().getTime()
    for (const { context } of this.#members) {
      const until_ms = context.actor.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
      if (until_ms <= lasts_ms || spent.has(context.authorization)) continue
      next = context
      lasts_ms = until_ms
    }
    return next && this.#unnamed(next)
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        await this.#whenTaken()
        const taken = await this.#feed.take()
        if (this.#isClosed) return
        if ('ending' in taken) {
          this.#end(taken.ending)
          return
        }
        this.#inHand = 1
        const frame = await this.#completed(taken.value)
        this.#inHand = 0
        if (this.#isClosed) return
        this.#publish(frame)
        this.#options.published?.(performance.now() - taken.value.arrived_ms)
      }
    } catch (error) {
      this.#options.log.error({ err: error, correlationId: this.#correlationId }, 'a live stream failed')
      this.#end([{ message: 'unexpected' }])
    }
  }

  /** While nobody takes anything, nothing more is made: the queue fills, and the subgraph is held back. */
  async #whenTaken(): Promise<void> {
    while (this.#behind.size > 0 && this.#behind.size === this.#members.size)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
  }

  async #completed({ event, cursor }: FeedEvent): Promise<Frame> {
    const { prepared, variables, execute } = this.#subject
    const correlationId = this.#correlationId
    const { data, errors } = await execute(prepared, variables, event, this.#unnamed(this.#speaker))
    for (const error of errors.filter(isMasked))
      this.#options.log.error({ err: error, correlationId }, 'an event could not be completed')
    return new Frame(textOf({ data, errors: errors.map((error) => presentError(error, correlationId)) }), cursor)
  }

  #publish(frame: Frame): void {
    this.#frames.push(frame)
    for (const subscription of this.#members) if (!this.#behind.has(subscription)) this.#pump(subscription)
    frame.forgetEncoded()
    this.#trim()
    // The last one may have left over this very frame.
    if (frame.cursor !== undefined && !this.#isClosed) this.#neighbours.reached(this, frame.cursor, this.#frames.end)
  }

  #pump(subscription: Subscription): void {
    let hasRoom = true
    while (hasRoom && subscription.stream === this) {
      const frame = this.#frames.at(subscription.next)
      if (frame === undefined) break
      subscription.next += 1
      subscription.cursor = frame.cursor ?? subscription.cursor
      hasRoom = subscription.subscriber.next(frame)
      this.#options.counts.delivered += 1
    }
    // It may have left while it took a frame.
    if (subscription.stream !== this) return
    if (!hasRoom) this.#hold(subscription)
    else if (this.#ending !== undefined) this.#finish(subscription, this.#ending)
  }

  #hold(subscription: Subscription): void {
    this.#behind.add(subscription)
    subscription.stallTimer = setTimeout(() => overflow(subscription), this.#options.limits.stall_ms_max)
  }

  #trim(): void {
    const { behind, kept, returning, returning_ms } = this.#options.limits
    const areReturning = performance.now() - this.#returned_ms < returning_ms
    const limits = areReturning ? returning : this.#behind.size > 0 ? behind : kept
    for (let gone = this.#frames.shiftAbove(limits); gone !== undefined; gone = this.#frames.shiftAbove(limits)) {
      if (this.#base !== undefined) this.#neighbours.forgot(this, this.#base)
      this.#base = gone.cursor
    }
    for (const subscription of this.#behind) if (subscription.next < this.#frames.first) overflow(subscription)
  }

  #end(ending: StreamEnding): void {
    this.#ending = ending
    this.#letGo()
    for (const subscription of this.#members) if (!this.#behind.has(subscription)) this.#finish(subscription, ending)
  }

  #finish(subscription: Subscription, ending: StreamEnding): void {
    if (ending === 'complete') {
      this.remove(subscription)
      subscription.subscriber.complete()
    } else subscription.fail(ending, 'stream')
  }

  #release(subscription: Subscription): void {
    clearTimeout(subscription.stallTimer)
    if (this.#members.delete(subscription)) this.#options.counts.open -= 1
    this.#behind.delete(subscription)
    subscription.stream = undefined
  }

  /** Of the subgraph, and of those who would join. */
  #letGo(): void {
    this.#feed.close()
    if (this.#base !== undefined) this.#neighbours.forgot(this, this.#base)
    for (const { cursor } of this.#frames) if (cursor !== undefined) this.#neighbours.forgot(this, cursor)
    this.#neighbours.closed(this)
  }

  /** What is done for all, by the right of one of them: it stays with who opened the stream, and is in nobody's trace. */
  #unnamed(context: RequestContext): RequestContext {
    return { ...context, ...UNTRACED, correlationId: this.#correlationId }
  }

  #anybody(): RequestContext | undefined {
    for (const { context } of this.#members) return context
    return undefined
  }

  /** At once, however quiet the stream is. */
  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#letGo()
    this.#wake?.()
  }
}

const overflow = (subscription: Subscription): void =>
  subscription.terminate(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON(), 'slow')
