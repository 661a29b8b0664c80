import { SharedStream } from './shared-stream.ts'
import type { StreamNeighbours, StreamOptions } from './stream-options.ts'
import type { Subscription } from './subscription.ts'
import type { StreamSubject } from './upstream-feed.ts'

interface Position {
  readonly stream: SharedStream
  /** The number of the stream's first frame behind this position. */
  readonly next: number
}

/**
 * The streams of one subject: normally the one that is live, and beside it those that replay for somebody who resumes.
 * They bring the same events in the same order, so two that stand at the same cursor are the same from there on: the one
 * that gets to a cursor where another has been goes over into that one, without a gap or a repeat.
 */
export class StreamGroup implements StreamNeighbours {
  readonly #subject: StreamSubject
  readonly #options: StreamOptions
  readonly #whenEmpty: () => void
  readonly #streams = new Set<SharedStream>()
  /** By cursor: the stream that was there first, while it can be joined there. */
  readonly #positions = new Map<unknown, Position>()
  /** The stream that brings what happens from now on, and nothing older. */
  #live: SharedStream | undefined

  constructor(subject: StreamSubject, options: StreamOptions, whenEmpty: () => void) {
    this.#subject = subject
    this.#options = options
    this.#whenEmpty = whenEmpty
  }

  /** Takes a subscription in: behind a cursor, or, where that is undefined, from now on. */
  join(subscription: Subscription, after: unknown): void {
    subscription.cursor = after
    if (after === undefined) this.#joinLive(subscription)
    else this.#joinBehind(subscription, after)
  }

  reached(stream: SharedStream, cursor: unknown, next: number): void {
    const there = this.#positions.get(cursor)
    if (there === undefined) this.#positions.set(cursor, { stream, next })
    else if (there.stream !== stream && stream.isLevel) {
      if (this.#live === stream) this.#live = there.stream
      stream.moveTo(there.stream, there.next)
    }
  }

  forgot(stream: SharedStream, cursor: unknown): void {
    if (this.#positions.get(cursor)?.stream === stream) this.#positions.delete(cursor)
  }

  fellBehind(stream: SharedStream): void {
    if (this.#live === stream) this.#live = undefined
  }

  closed(stream: SharedStream): void {
    if (!this.#streams.delete(stream)) return
    this.fellBehind(stream)
    if (this.#streams.size === 0) this.#whenEmpty()
  }

  #joinLive(subscription: Subscription): void {
    this.#live ??= this.#open(subscription, undefined)
    this.#live.join(subscription)
  }

  #joinBehind(subscription: Subscription, after: unknown): void {
    const known = this.#positions.get(after)
    this.#options.counts.resumed[known === undefined ? 'replayed' : 'kept'] += 1
    const { stream, next } = known ?? { stream: this.#open(subscription, after), next: 0 }
    this.#positions.set(after, { stream, next })
    stream.join(subscription, next)
  }

  #open(opener: Subscription, after: unknown): SharedStream {
    const stream = new SharedStream(this.#subject, after, opener, this, this.#options)
    this.#streams.add(stream)
    return stream
  }
}
