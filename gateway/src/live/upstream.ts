import { UpstreamLane } from './upstream-lane.ts'
import type { UpstreamOptions } from './upstream-options.ts'
import type { UpstreamStream } from './upstream-stream.ts'
import type { Opening, UpstreamSubscriber } from './upstream-subscriber.ts'

/** Sockets to one subgraph: halving finds two streams at fault among ten thousand, at one time, with fewer. */
const LANES_MAX = 32
/** A stream that broke so many sockets in a row, alone and without an event between, goes on doing so. */
const UNREADABLE_MAX = 3
/** Positions that are remembered for having broken sockets. */
const REMEMBERED_MAX = 100

/**
 * All streams from one subgraph, over one socket. When a frame breaks it that cannot be read, and nobody knows whose it was,
 * half of its streams go over to another, until the one at fault is alone and is ended; the others come back.
 */
export class Upstream {
  readonly #options: UpstreamOptions
  #main: UpstreamLane
  readonly #lanes = new Set<UpstreamLane>()
  /** What streams asked for that were ended: asked for again, they have a socket of their own. */
  readonly #unreadable = new Set<string>()

  constructor(options: UpstreamOptions) {
    this.#options = options
    this.#main = this.#openLane()
  }

  /**
   * Opens a stream, or takes up one that was left. The function returned leaves it: the subgraph is told at once, however
   * quiet the stream is.
   */
  subscribe(subscriber: UpstreamSubscriber, kind: Opening = 'new'): () => void {
    const isSuspect = this.#unreadable.size > 0 && this.#unreadable.has(positionOf(subscriber))
    const lane = isSuspect && this.#lanes.size < LANES_MAX ? this.#openLane() : this.#main
    const stream: UpstreamStream = {
      subscriber,
      lane,
      begun: kind === 'continued',
      id: undefined,
      spoke: false,
      unreadable: 0,
      failures: 0,
      failing_ms: 0,
      held: undefined,
      timer: undefined,
    }
    lane.add(stream)
    return () => stream.lane.leave(stream)
  }

  /**
   * Resumes over other sockets what can be resumed: the subgraph is elsewhere now. What cannot keeps its present socket
   * until it ends, or the subgraph closes that.
   */
  reconnect(): void {
    for (const lane of [...this.#lanes]) {
      if (this.#lanes.size < LANES_MAX && lane.streams.values().some(isBound)) this.#leaveBehind(lane)
      else lane.reconnect()
    }
  }

  /** Open ones, and those that wait to be opened again. */
  get streams(): number {
    return this.#lanes.values().reduce((sum, { streams }) => sum + streams.size, 0)
  }

  get isConnected(): boolean {
    return this.#lanes.values().some((lane) => lane.isConnected)
  }

  /** Closes the sockets; remaining streams end as lost. */
  close(): void {
    for (const lane of this.#lanes) lane.close()
  }

  #openLane(): UpstreamLane {
    const lane = new UpstreamLane(this.#options, {
      unreadable: (broken) => this.#separate(broken),
      settled: (sound) => this.#bringBack(sound),
      emptied: (empty) => this.#closeLane(empty),
    })
    this.#lanes.add(lane)
    return lane
  }

  #closeLane(lane: UpstreamLane): void {
    if (lane === this.#main || !this.#lanes.delete(lane)) return
    lane.close()
  }

  /** What is bound to the socket of this lane stays alone there. */
  #leaveBehind(lane: UpstreamLane): void {
    const other = this.#openLane()
    if (lane === this.#main) this.#main = other
    for (const stream of [...lane.streams]) {
      if (isBound(stream)) continue
      if (stream.begun) stream.subscriber.interrupted()
      move(stream, other)
    }
    if (other.streams.size === 0) this.#closeLane(other)
  }

  #separate(lane: UpstreamLane): void {
    const streams = [...lane.streams]
    const [first] = streams
    if (first !== undefined && streams.length === 1) this.#strike(first)
    else if (this.#lanes.size < LANES_MAX) {
      const other = this.#openLane()
      for (const stream of streams.slice(0, streams.length / 2)) move(stream, other)
    }
  }

  #strike(stream: UpstreamStream): void {
    stream.unreadable += 1
    if (stream.unreadable < UNREADABLE_MAX) return
    const { log, subgraph } = this.#options
    log.warn({ subgraph }, 'a stream is ended: an event of it cannot be read')
    this.#remember(positionOf(stream.subscriber))
    stream.lane.leave(stream)
    stream.subscriber.gone('unreadable')
  }

  #remember(position: string): void {
    this.#unreadable.add(position)
    const [oldest] = this.#unreadable
    if (oldest !== undefined && this.#unreadable.size > REMEMBERED_MAX) this.#unreadable.delete(oldest)
  }

  #bringBack(lane: UpstreamLane): void {
    if (lane === this.#main || !this.#main.isConnected) return
    for (const stream of lane.streams) {
      if (!stream.subscriber.resumable()) continue
      stream.subscriber.interrupted()
      move(stream, this.#main)
    }
  }
}

/** Whether it cannot be taken up again over another socket without a gap. */
const isBound = ({ begun, subscriber }: UpstreamStream): boolean => begun && !subscriber.resumable()

function move(stream: UpstreamStream, to: UpstreamLane): void {
  stream.lane.leave(stream)
  to.add(stream)
}

/** What a stream asks for, and from where on; not for whom. */
function positionOf(subscriber: UpstreamSubscriber): string {
  const { query, variables } = subscriber.payload()
  return JSON.stringify([query, variables])
}
