import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ResumableStream } from '../live/resume.ts'
import type { UpstreamSubscriber } from '../live/upstream-subscriber.ts'

interface PlayedStream {
  readonly subscriber: UpstreamSubscriber
  /** Number of the last event that it brought; undefined while it is broken off. */
  at: number | undefined
}

/** A subgraph's stream of the events 1, 2, 3 …, which moves only when the test says so. */
export class PlayedUpstream {
  /** In the order in which they were opened. */
  readonly streams: PlayedStream[] = []
  readonly #resume: ResumableStream
  readonly #tellsStart: boolean
  readonly #source: string
  #end = 0

  /** @param source stands in every event */
  constructor(resume: ResumableStream, tellsStart: boolean, source = 'played') {
    this.#resume = resume
    this.#tellsStart = tellsStart
    this.#source = source
  }

  /** Number of the last event that has happened. */
  get end(): number {
    return this.#end
  }

  append(count: number): void {
    this.#end += count
  }

  subscribe(subscriber: UpstreamSubscriber): () => void {
    const stream: PlayedStream = { subscriber, at: undefined }
    this.streams.push(stream)
    // Nothing comes from a subgraph before `subscribe` has returned.
    queueMicrotask(() => {
      if (this.streams.includes(stream) && stream.at === undefined) this.#begin(stream)
    })
    return () => {
      const index = this.streams.indexOf(stream)
      if (index !== -1) this.streams.splice(index, 1)
    }
  }

  /** One stream brings its next event. */
  step(stream: PlayedStream): void {
    if (stream.at === undefined || stream.at >= this.#end) return
    stream.at += 1
    const { responseName, cursorAlias } = this.#resume
    const payload = { days: stream.at, source: this.#source, [cursorAlias]: String(stream.at) }
    stream.subscriber.event({ data: { [responseName]: payload } })
  }

  /** All sockets break. What could not be taken up again is not: it is told that it is lost. */
  drop(): void {
    for (const stream of [...this.streams]) {
      stream.at = undefined
      if (stream.subscriber.resumable()) stream.subscriber.interrupted()
      else {
        this.streams.splice(this.streams.indexOf(stream), 1)
        stream.subscriber.gone('lost')
      }
    }
  }

  /** Takes the token of a stream for no good, and ends it. */
  refuse(stream: PlayedStream): void {
    this.streams.splice(this.streams.indexOf(stream), 1)
    stream.subscriber.error([{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }])
  }

  reconnect(): void {
    for (const stream of this.streams) if (stream.at === undefined) this.#begin(stream)
  }

  /** Everything that has happened is brought, completed and taken. */
  async settle(): Promise<void> {
    this.reconnect()
    const isBehind = () => this.streams.some(({ at }) => at !== this.#end)
    do {
      for (const stream of [...this.streams]) this.step(stream)
      for (let turns = 0; turns < 40; turns += 1) await nextTurn()
    } while (isBehind())
  }

  #begin(stream: PlayedStream): void {
    const { variables, extensions } = stream.subscriber.payload()
    const after = variables?.[this.#resume.afterVariable]
    stream.at = after === undefined ? this.#end : Number(after)
    if (extensions?.startCursor === true && this.#tellsStart)
      stream.subscriber.event({ data: null, extensions: { startCursor: String(stream.at) } })
  }
}
