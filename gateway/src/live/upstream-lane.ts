import type { GraphQLFormattedError } from 'graphql'
import { type Message, MessageType } from 'graphql-ws'
import { responseOf } from '../subgraphs/answer.ts'
import { backoff_ms } from './backoff.ts'
import { isOutage, mayRefuse, refusalIn } from './refusal-frame.ts'
import type { UpstreamOptions } from './upstream-options.ts'
import { openUpstreamSocket, type UpstreamSocket } from './upstream-socket.ts'
import type { UpstreamStream } from './upstream-stream.ts'
import type { UpstreamEvent } from './upstream-subscriber.ts'

interface Connection {
  readonly socket: UpstreamSocket
  /** When the subgraph acknowledged it, on the monotonic clock; undefined until then. */
  ready_ms: number | undefined
  /** Whether anything came for a stream. */
  spoke: boolean
}

/** A frame that is no GraphQL response. It has no code: the subgraph failed, and clients learn no more than that. */
const MALFORMED: GraphQLFormattedError = { message: 'The subgraph sent what is no GraphQL response.' }

/** Servers that complete what they refuse do so in the same breath. */
const HELD_MS_MAX = 1_000

export interface LaneEvents {
  /** A frame that cannot be read broke the socket. Its streams, all of which can be resumed, may be moved. */
  unreadable(lane: UpstreamLane): void
  /** The socket has lasted for a while. */
  settled(lane: UpstreamLane): void
  /** It has no streams any more. */
  emptied(lane: UpstreamLane): void
}

/** Streams from one subgraph, over one graphql-ws socket, which is reconnected while a stream can be resumed. */
export class UpstreamLane {
  readonly #options: UpstreamOptions
  readonly #events: LaneEvents
  readonly #streams = new Set<UpstreamStream>()
  /** Those open on the present socket, by their id there. An id is never used again: what comes late for it is nobody's. */
  readonly #open = new Map<string, UpstreamStream>()
  #lastId = 0
  #connection: Connection | undefined
  #failedAttempts = 0
  #reconnectTimer: NodeJS.Timeout | undefined
  /** Since when there is no socket that lasts or brings anything, on the monotonic clock; undefined while there is one. */
  #lostSince_ms: number | undefined
  #lostTimer: NodeJS.Timeout | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #settledTimer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: UpstreamOptions, events: LaneEvents) {
    this.#options = options
    this.#events = events
  }

  add(stream: UpstreamStream): void {
    stream.lane = this
    this.#streams.add(stream)
    // Its subgraph left the supergraph while it was prepared, or paused. Nothing is told before `subscribe` has returned.
    if (this.#isClosed) queueMicrotask(() => this.#giveUp((late) => late === stream))
    clearTimeout(this.#idleTimer)
    if (this.isConnected) this.#begin(stream)
    else if (this.#connection === undefined && this.#reconnectTimer === undefined && !this.#isClosed) this.#connect()
  }

  /** The subgraph is told at once that nobody listens, however quiet the stream is. */
  leave(stream: UpstreamStream): void {
    if (!this.#streams.delete(stream)) return
    clearTimeout(stream.timer)
    this.#closeStream(stream)
    this.#idleWhenEmpty()
  }

  /** Leaves the present socket, and resumes what can be resumed over another: the subgraph is elsewhere now. */
  reconnect(): void {
    const connection = this.#connection
    if (connection === undefined) return
    connection.socket.close()
    this.#dropped(connection, 'the subgraph moved', false)
  }

  /** Open ones, and those that wait to be opened again. */
  get streams(): ReadonlySet<UpstreamStream> {
    return this.#streams
  }

  get isConnected(): boolean {
    return this.#connection?.ready_ms !== undefined
  }

  /** Closes the socket; remaining streams end as lost. */
  close(): void {
    this.#isClosed = true
    this.#giveUp(() => true)
    clearTimeout(this.#idleTimer)
    clearTimeout(this.#settledTimer)
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
      malformed: (id) => whenCurrent(() => this.#receivedMalformed(id)),
      closed: (reason, isUnreadable) => whenCurrent(() => this.#dropped(connection, reason, isUnreadable)),
    })
    const connection: Connection = { socket, ready_ms: undefined, spoke: false }
    this.#connection = connection
  }

  #disconnect(): void {
    this.#connection?.socket.close()
    this.#connection = undefined
  }

  #connected(connection: Connection): void {
    const { limits, log, now, subgraph } = this.#options
    connection.ready_ms = now()
    if (this.#lostSince_ms !== undefined) log.info({ subgraph, streams: this.#streams.size }, 'streams are resumed')
    clearTimeout(this.#lostTimer)
    for (const stream of this.#streams) this.#begin(stream)
    this.#settledTimer = setTimeout(() => this.#events.settled(this), limits.backoff.ms_max)
    this.#idleWhenEmpty()
  }

  #begin(stream: UpstreamStream): void {
    const id = String(++this.#lastId)
    const message = { id, type: MessageType.Subscribe, payload: stream.subscriber.payload() } as const
    if (this.#connection?.socket.send(message) !== true) return
    stream.begun = true
    stream.id = id
    stream.spoke = false
    stream.held = undefined
    this.#open.set(id, stream)
  }

  /** Tells the subgraph that nobody listens under the stream's present id any more. */
  #closeStream(stream: UpstreamStream): void {
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
    const refusal = message.type === MessageType.Complete ? stream.held?.errors : undefined
    if (refusal === undefined) this.#release(stream)
    // Its consumer may have left over what was held.
    if (stream.id !== message.id) return
    if (message.type === MessageType.Error) this.#failed(stream, message.payload)
    else if (message.type === MessageType.Next) this.#receivedFrame(stream, message.payload)
    else if (refusal !== undefined) this.#failed(stream, refusal)
    else {
      this.#end(stream)
      stream.subscriber.complete()
    }
  }

  /** The others on the socket shall not suffer for it. */
  #receivedMalformed(id: string): void {
    const stream = this.#open.get(id)
    if (stream !== undefined) this.#failed(stream, [MALFORMED])
  }

  #receivedFrame(stream: UpstreamStream, frame: UpstreamEvent): void {
    const response = responseOf(frame)
    const isFirst = !stream.spoke
    const refusal = response === undefined ? [MALFORMED] : refusalIn(response, isFirst)
    stream.spoke = true
    if (refusal !== undefined) {
      this.#failed(stream, refusal)
      return
    }
    stream.held = { ...response, extensions: frame.extensions }
    if (isFirst && mayRefuse(stream.held)) stream.timer = setTimeout(() => this.#release(stream), HELD_MS_MAX)
    else this.#release(stream)
  }

  /** What is held is an event. */
  #release(stream: UpstreamStream): void {
    const { held } = stream
    if (held === undefined) return
    clearTimeout(stream.timer)
    stream.held = undefined
    stream.failures = 0
    stream.unreadable = 0
    stream.subscriber.event(held)
  }

  /** An outage behind the subgraph is waited for as one of the subgraph is; any other refusal is the stream's end. */
  #failed(stream: UpstreamStream, errors: readonly GraphQLFormattedError[]): void {
    const { backoff, lost_ms_max } = this.#options.limits
    const now_ms = this.#options.now()
    if (stream.failures === 0) stream.failing_ms = now_ms
    const isLate = now_ms - stream.failing_ms > lost_ms_max
    if (!isOutage(errors) || !stream.subscriber.resumable() || isLate) {
      this.leave(stream)
      stream.subscriber.error(errors)
      return
    }
    clearTimeout(stream.timer)
    this.#closeStream(stream)
    stream.subscriber.interrupted()
    const wait_ms = backoff_ms(backoff, stream.failures++, this.#options.random())
    stream.timer = setTimeout(() => {
      if (this.isConnected) this.#begin(stream)
    }, wait_ms)
  }

  #end(stream: UpstreamStream): void {
    this.#streams.delete(stream)
    clearTimeout(stream.timer)
    if (stream.id !== undefined) this.#open.delete(stream.id)
    this.#idleWhenEmpty()
  }

  #dropped(connection: Connection, reason: string, isUnreadable: boolean): void {
    this.#connection = undefined
    clearTimeout(this.#idleTimer)
    clearTimeout(this.#settledTimer)
    this.#open.clear()
    for (const stream of this.#streams) {
      stream.id = undefined
      clearTimeout(stream.timer)
    }
    const { limits, log, random, subgraph } = this.#options
    if (this.#streams.size > 0)
      log.warn({ subgraph, reason, streams: this.#streams.size }, 'the socket to a subgraph dropped')
    const lost_ms = this.#lostFor(connection)
    const wasReady = connection.ready_ms !== undefined
    this.#giveUp(({ begun, subscriber }) => (begun ? !subscriber.resumable() : !wasReady))
    for (const { begun, subscriber } of this.#streams) if (begun) subscriber.interrupted()
    if (lost_ms >= limits.lost_ms_max) this.#lost()
    if (isUnreadable && wasReady) this.#events.unreadable(this)
    if (this.#streams.size === 0) {
      // Nobody waits: who comes next waits from then on.
      this.#lostSince_ms = undefined
      return
    }
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

  #giveUp(which: (stream: UpstreamStream) => boolean): void {
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
    this.#events.emptied(this)
    if (this.#connection === undefined) return
    this.#idleTimer = setTimeout(() => this.#disconnect(), this.#options.limits.idle_ms)
  }
}
