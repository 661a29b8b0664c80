import type { GraphQLFormattedError } from 'graphql'
import { gatewayError } from '../../errors/codes.ts'
import { presentError, presentErrors } from '../../errors/present.ts'
import { textOf } from '../../graph/answer.ts'
import type { RequestContext } from '../../request-context.ts'
import { UNTRACED } from '../../subgraphs/trace-context.ts'
import { longestLasting } from './bearer.ts'
import { Changes } from './changes.ts'
import { Frame } from './frame.ts'
import { FrameLog } from './frame-log.ts'
import type { StreamCounts } from './stream-counts.ts'
import type { StreamNeighbours, StreamOptions } from './stream-options.ts'
import type { Subscription } from './subscription.ts'
import {
  type FeedEvent,
  type FeedListener,
  type StreamEnding,
  type StreamSubject,
  UpstreamFeed,
} from './upstream-feed.ts'

const NONE: ReadonlySet<undefined> = new Set()

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
  /** Events that are out of the queue and not yet in the log. */
  #inHand = 0
  /** Until all that were in hand are in the log. */
  #published: Promise<void> = Promise.resolve()
  /** When somebody last joined behind a cursor, on the monotonic clock. */
  #returned_ms = Number.NEGATIVE_INFINITY
  #ending: StreamEnding | undefined
  #isClosed = false
  readonly #changes = new Changes()

  /** Opens the stream for somebody who joins it at once. */
  constructor(
    subject: StreamSubject,
    after: unknown,
    { context: opener, kind }: Subscription,
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
    this.#feed = new UpstreamFeed(subject, after, opener, { kind, listener: this, clock, queue_max: limits.queue_max })
    void this.#run()
  }

  /** Takes a subscription in before frame `next`; without one, before what has not come yet. */
  join(subscription: Subscription, next?: number): void {
    if (next !== undefined) this.#returned_ms = performance.now()
    subscription.stream = this
    subscription.next = next ?? this.#frames.end + this.#inHand + this.#feed.waiting
    subscription.startAt(this.#feed.received)
    this.#members.add(subscription)
    this.#options.counts.open += 1
    this.#pump(subscription)
    this.#changes.tell()
  }

  get counts(): StreamCounts {
    return this.#options.counts
  }

  /** The subscription takes frames again. */
  drained(subscription: Subscription): void {
    if (!this.#behind.delete(subscription)) return
    clearTimeout(subscription.stallTimer)
    this.#pump(subscription)
    this.#changes.tell()
  }

  /** The subscription is over. The last one to leave closes the stream. */
  remove(subscription: Subscription): void {
    this.#release(subscription)
    if (this.#members.size === 0) this.#close()
    else this.#leftBy(subscription.context)
    this.#changes.tell()
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
    for (const subscription of this.#members) subscription.startAt(cursor)
    this.#neighbours.reached(this, cursor, 0)
  }

  interrupted(): void {
    this.#neighbours.fellBehind(this)
    for (const { subscriber } of this.#members) subscriber.interrupted?.()
  }

  nextBearer(spent: ReadonlySet<string | undefined>): RequestContext | undefined {
    const next = this.#longestLasting(spent)
    return next && this.#unnamed(next)
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isClosed) {
        await this.#changes.until(() => this.#isTaken && this.#inHand < this.#options.limits.completing_max)
        const taken = await this.#feed.take()
        if (this.#isClosed) return
        if ('ending' in taken) {
          await this.#published
          this.#end(taken.ending === 'complete' ? taken.ending : this.#presented(taken.ending))
          return
        }
        this.#complete(taken.value)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  /** While nobody takes anything, nothing more is made: the queue fills, and the subgraph is held back. */
  get #isTaken(): boolean {
    return this.#behind.size === 0 || this.#behind.size < this.#members.size
  }

  /** Completes an event beside those before it, and publishes it behind them. */
  #complete(event: FeedEvent): void {
    this.#inHand += 1
    const completed = this.#completed(event)
    // Those before it may have failed, and then nobody asks what became of it.
    completed.catch(() => undefined)
    this.#published = this.#publishBehind(this.#published, completed, event.arrived_ms)
    this.#published.catch((error) => this.#fail(error))
  }

  async #publishBehind(previous: Promise<void>, completed: Promise<Frame>, arrived_ms: number): Promise<void> {
    await previous
    const frame = await completed
    await this.#changes.until(() => this.#isTaken)
    this.#inHand -= 1
    this.#changes.tell()
    if (this.#isClosed) return
    this.#publish(frame)
    this.#options.published?.(performance.now() - arrived_ms)
  }

  #fail(error: unknown): void {
    if (this.#ending !== undefined || this.#isClosed) return
    this.#options.log.error({ err: error, correlationId: this.#correlationId }, 'a live stream failed')
    this.#end([presentError({ message: 'unexpected' }, this.#correlationId)])
  }

  #presented(errors: readonly GraphQLFormattedError[]): StreamEnding {
    if (this.#subject.upstream.logsEndings === true) return errors
    const { log } = this.#options
    return presentErrors(errors, this.#correlationId, { log, message: 'a subgraph ended a live stream' })
  }

  async #completed({ event, cursor }: FeedEvent): Promise<Frame> {
    const { prepared, variables, execute } = this.#subject
    const { log } = this.#options
    const context = { ...this.#unnamed(this.#speaker), isFresh: true }
    const { data, errors } = await execute(prepared, variables, event, context)
    const told = presentErrors(errors, this.#correlationId, { log, message: 'an event could not be completed' })
    return new Frame(textOf({ data, errors: told }), cursor)
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
    if (this.#ending !== undefined || this.#isClosed) return
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

  /** Nobody else is asked any more in the name of who left. */
  #leftBy(context: RequestContext): void {
    if (this.#speaker === context) this.#speaker = this.#longestLasting(NONE) ?? this.#speaker
    const { authorization } = context
    if (this.#subject.isAmongOthers !== true || this.#ending !== undefined) return
    if (this.#feed.bearer.authorization !== authorization) return
    const isHere = this.#members.values().some((member) => member.context.authorization === authorization)
    if (!isHere) this.#feed.bearerLeft()
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

  #longestLasting(spent: ReadonlySet<string | undefined>): RequestContext | undefined {
    const contexts = this.#members.values().map(({ context }) => context)
    return longestLasting(contexts, spent, this.#options.clock())
  }

  /** At once, however quiet the stream is. */
  #close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#letGo()
    this.#changes.tell()
  }
}

const overflow = (subscription: Subscription): void =>
  subscription.terminate(gatewayError('SUBSCRIPTION_OVERFLOW').toJSON(), 'slow')
