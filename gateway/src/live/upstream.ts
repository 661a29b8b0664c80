import type { Log } from '@carriergraph/shared/log.ts'
import type { GraphQLFormattedError } from 'graphql'
import { type Message, MessageType } from 'graphql-ws'
import { responseOf } from '../subgraphs/answer.ts'
import { type Backoff, backoff_ms } from './backoff.ts'
import { isOutage, refusalIn } from './refusal-frame.ts'
import { openUpstreamSocket, type UpstreamSocket, type UpstreamSocketLimits } from './upstream-socket.ts'
import type { UpstreamEvent, UpstreamSubscriber } from './upstream-subscriber.ts'

export interface UpstreamLimits extends UpstreamSocketLimits {
  readonly backoff: Backoff
  /** How long a resumable stream waits for its subgraph to come back. */
  readonly lost_ms_max: number
  /** How long a socket without streams is kept for the next one. */
  readonly idle_ms: number
}

/** Where to connect. */
export interface UpstreamTarget {
  /** ws:, wss: or ws+unix: */
  readonly url: string
  /** Of the upgrade; a signature counts once. */
  readonly headers: Readonly<Record<string, string>>
}

export interface UpstreamOptions {
  readonly subgraph: string
  /** Asked anew for every attempt. */
  readonly target: () => UpstreamTarget
  readonly limits: UpstreamLimits
  /** In [0, 1). */
  readonly random: () => number
  /** A monotonic clock, in ms. */
  readonly now: () => number
  readonly log: Pick<Log, 'info' | 'warn'>
}

interface Stream {
  readonly subscriber: UpstreamSubscriber
  /** The subgraph was asked to open it, now or earlier: from then on it is waited for. */
  begun: boolean
  /** Its id on the present socket; undefined while it is not open there. */
  id: string | undefined
  /** Whether anything came for it under that id. */
  spoke: boolean
  /** Attempts that the subgraph failed since the last event, and when the first was, on the monotonic clock. */
  failures: number
  failing_ms: number
  retryTimer: NodeJS.Timeout | undefined
}

interface Connection {
  readonly socket: UpstreamSocket
  /** When the subgraph acknowledged it, on the monotonic clock; undefined until then. */
  ready_ms: number | undefined
  /** Whether anything came for a stream. */
  spoke: boolean
}

/** A frame that is no GraphQL response. It has no code: the subgraph failed, and clients learn no more than that. */
const MALFORMED: GraphQLFormattedError = { message: 'The subgraph sent what is no GraphQL response.' }

/** All streams from one subgraph, over one graphql-ws socket, which is reconnected while a stream can be resumed. */
export class Upstream {
  readonly #options: UpstreamOptions
  readonly #streams = new Set<Stream>()
  /** Those open on the present socket, by their id there. An id is never used again: what comes late for it is nobody's. */
  readonly #open = new Map<string, Stream>()
  #lastId = 0
  #connection: Connection | undefined
  #failedAttempts = 0
  #reconnectTimer: NodeJS.Timeout | undefined
  /** Since when there is no socket that lasts or brings anything, on the monotonic clock; undefined while there is one. */
  #lostSince_ms: number | undefined
  #lostTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: UpstreamOptions) {
    this.#options = options
  }

  /**
   * Opens a stream, or takes up one that was left. The function returned leaves it: the subgraph is told at once, however
   * quiet the stream is.
   */
  subscribe(subscriber: UpstreamSubscriber, kind: 'new' | 'continued' = 'new'): () => void {
    const stream: Stream = {
      subscriber,
      begun: kind === 'continued',
      id: undefined,
      spoke: false,
      failures: 0,
      failing_ms: 0,
      retryTimer: undefined,
    }
    this.#streams.add(stream)
    if (this.#isClosed) {
      // Its subgraph left the supergraph while it was prepared, or paused. Nothing is told before `subscribe` has returned.
      queueMicrotask(() => this.#giveUp((late) => late === stream))
      return () => this.#leave(stream)
    }
    clearTimeout(this.#idleTimer)
    if (this.#connection?.ready_ms !== undefined) this.#begin(stream)
    else if (this.#connection === undefined && this.#reconnectTimer === undefined) this.#connect()
    return () => this.#leave(stream)
  }

  /** Leaves the present socket, and resumes what can be resumed over another: the subgraph is elsewhere now. */
  reconnect(): void {
    const connection = this.#connection
    if (connection === undefined) return
    connection.socket.close()
    this.#dropped(connection, 'the subgraph moved')
  }

  /** Open ones, and those that wait to be opened again. */
  get streams(): number {
    return this.#streams.size
  }

  get isConnected(): boolean {
    return this.#connection?.ready_ms !== undefined
  }

  /** Closes the socket; remaining streams end as lost. */
  close(): void {
    this.#isClosed = true
    this.#giveUp(() => true)
    clearTimeout(this.#idleTimer)
    this.#disconnect()
  }

  #connect(): void {
    this.#reconnectTimer = undefined
    const { target, limits } = this.#options
    const { url, headers } = target()
    // A connection that was let go may still speak; only the current one is listened to.
    const whenCurrent = (act: () => void): void => {
      if (this.#connection === connection) act()
    }
    const socket = openUpstreamSocket(url, headers, limits, {
      ready: () => whenCurrent(() => this.#connected(connection)),
      message: (message) => whenCurrent(() => this.#received(connection, message)),
      closed: (reason) => whenCurrent(() => this.#dropped(connection, reason)),
    })
    const connection: Connection = { socket, ready_ms: undefined, spoke: false }
    this.#connection = connection
  }

  #disconnect(): void {
    this.#connection?.socket.close()
    this.#connection = undefined
  }

  #connected(connection: Connection): void {
    const { log, now, subgraph } = this.#options
    connection.ready_ms = now()
    if (this.#lostSince_ms !== undefined) log.info({ subgraph, streams: this.#streams.size }, 'streams are resumed')
    clearTimeout(this.#lostTimer)
    for (const stream of this.#streams) this.#begin(stream)
    this.#idleWhenEmpty()
  }

  #begin(stream: Stream): void {
    const id = String(++this.#lastId)
    const message = { id, type: MessageType.Subscribe, payload: stream.subscriber.payload() } as const
    if (this.#connection?.socket.send(message) !== true) return
    stream.begun = true
    stream.id = id
    stream.spoke = false
    this.#open.set(id, stream)
  }

  #leave(stream: Stream): void {
    if (!this.#streams.delete(stream)) return
    clearTimeout(stream.retryTimer)
    this.#closeStream(stream)
    this.#idleWhenEmpty()
  }

  /** Tells the subgraph that nobody listens under the stream's present id any more. */
  #closeStream(stream: Stream): void {
    if (stream.id === undefined || !this.#open.delete(stream.id)) return
    this.#connection?.socket.send({ id: stream.id, type: MessageType.Complete })
    stream.id = undefined
  }

  #received(connection: Connection, message: Message): void {
    if (!('id' in message)) return
    const stream = this.#open.get(message.id)
    // What was under way when its consumer left.
    if (stream === undefined) return
    connection.spoke = true
    if (message.type === MessageType.Error) this.#failed(stream, message.payload)
    else if (message.type !== MessageType.Next) {
      this.#end(stream)
      stream.subscriber.complete()
    } else this.#receivedFrame(stream, message.payload)
  }

  #receivedFrame(stream: Stream, frame: UpstreamEvent): void {
    const response = responseOf(frame)
    const refusal = response === undefined ? [MALFORMED] : refusalIn(response, !stream.spoke)
    stream.spoke = true
    if (refusal !== undefined) this.#failed(stream, refusal)
    else {
      stream.failures = 0
      stream.subscriber.event({ ...response, extensions: frame.extensions })
    }
  }

  /** An outage behind the subgraph is waited for as one of the subgraph is; any other refusal is the stream's end. */
  #failed(stream: Stream, errors: readonly GraphQLFormattedError[]): void {
    const { backoff, lost_ms_max } = this.#options.limits
    const now_ms = this.#options.now()
    if (stream.failures === 0) stream.failing_ms = now_ms
    const isLate = now_ms - stream.failing_ms > lost_ms_max
    if (!isOutage(errors) || !stream.subscriber.resumable() || isLate) {
      this.#leave(stream)
      stream.subscriber.error(errors)
      return
    }
    this.#closeStream(stream)
    stream.subscriber.interrupted()
    const wait_ms = backoff_ms(backoff, stream.failures++, this.#options.random())
    stream.retryTimer = setTimeout(() => {
      if (this.#connection?.ready_ms !== undefined) this.#begin(stream)
    }, wait_ms)
  }

  #end(stream: Stream): void {
    this.#streams.delete(stream)
    clearTimeout(stream.retryTimer)
    if (stream.id !== undefined) this.#open.delete(stream.id)
    this.#idleWhenEmpty()
  }

  #dropped(connection: Connection, reason: string): void {
    this.#connection = undefined
    clearTimeout(this.#idleTimer)
    this.#open.clear()
    for (const stream of this.#streams) {
      stream.id = undefined
      clearTimeout(stream.retryTimer)
    }
    const { limits, log, random, subgraph } = this.#options
    if (this.#streams.size > 0)
      log.warn({ subgraph, reason, streams: this.#streams.size }, 'the socket to a subgraph dropped')
    const lost_ms = this.#lostFor(connection)
    const wasReady = connection.ready_ms !== undefined
    this.#giveUp(({ begun, subscriber }) => (begun ? !subscriber.resumable() : !wasReady))
    for (const { begun, subscriber } of this.#streams) if (begun) subscriber.interrupted()
    if (lost_ms >= limits.lost_ms_max) this.#lost()
    if (this.#streams.size === 0) return
    clearTimeout(this.#lostTimer)
    this.#lostTimer = setTimeout(() => this.#lost(), Math.max(limits.lost_ms_max - lost_ms, 0))
    const wait_ms = backoff_ms(limits.backoff, this.#failedAttempts++, random())
    this.#reconnectTimer = setTimeout(() => this.#connect(), wait_ms)
  }

  /** How long the subgraph has been away, now that this connection is gone, too. */
  #lostFor({ ready_ms, spoke }: Connection): number {
    const now_ms = this.#options.now()
    // One that acknowledges and then dies, over and over, is as much to be waited for as one that is down.
    const hasLasted = ready_ms !== undefined && now_ms - ready_ms > this.#options.limits.backoff.ms_max
    if (hasLasted) this.#failedAttempts = 0
    if (hasLasted || spoke) this.#lostSince_ms = undefined
    this.#lostSince_ms ??= now_ms
    return now_ms - this.#lostSince_ms
  }

  #lost(): void {
    this.#lostSince_ms = undefined
    this.#giveUp(({ begun }) => begun)
  }

  #giveUp(which: (stream: Stream) => boolean): void {
    for (const stream of this.#streams) {
      if (!which(stream)) continue
      this.#end(stream)
      stream.subscriber.gone(stream.begun ? 'lost' : 'unavailable')
    }
  }

  #idleWhenEmpty(): void {
    if (this.#streams.size > 0) return
    for (const timer of [this.#reconnectTimer, this.#lostTimer, this.#idleTimer]) clearTimeout(timer)
    this.#reconnectTimer = undefined
    this.#lostSince_ms = undefined
    if (this.#connection === undefined) return
    this.#idleTimer = setTimeout(() => this.#disconnect(), this.#options.limits.idle_ms)
  }
}
