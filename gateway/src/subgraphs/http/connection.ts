import type { Socket } from 'node:net'
import type { SubgraphAddress } from '../address.ts'
import type { AnswerText } from '../answer.ts'
import type { Deadline } from '../deadline.ts'
import { CallFailure, deadlinePassed } from '../failure.ts'
import { AnswerReader } from './answer-reader.ts'
import { completeHead, type HttpRequest } from './request.ts'
import { openSocket } from './socket.ts'

export interface ConnectionLimits {
  readonly connect_ms_max: number
  readonly response_bytes_max: number
  /** Queries at once on a connection, where the subgraph takes more than one. */
  readonly calls_max: number
}

export interface HttpAnswer extends AnswerText {
  /** Whether the subgraph takes many calls at once on a connection as well. */
  readonly offersMultiplex: boolean
}

/** How long a connection may be idle where the other side does not say, in ms: Node's servers close after five seconds. */
const IDLE_MS = 5_000

/** The other side closes an idle connection by its own clock, and news of that takes time. */
const IDLE_MARGIN_MS = 1_000

/** A call under way. */
interface Pending {
  readonly request: HttpRequest
  readonly head: string
  readonly isAscii: boolean
  readonly reader: AnswerReader
  readonly resolve: (answer: HttpAnswer) => void
  readonly reject: (failure: CallFailure) => void
}

/** A connection to one address, for one call at a time. It is opened by its first call, and reused while both sides agree. */
export class Connection {
  readonly #socket: Socket
  readonly #limits: ConnectionLimits
  /** Set until the connection is made; it is given up when this fires. */
  #opening: NodeJS.Timeout | undefined
  #pending: Pending | undefined
  /** On the clock of `performance.now()`. */
  #idleUntil_ms = Number.POSITIVE_INFINITY

  /** @param closed called when no call can be made any more */
  constructor(address: SubgraphAddress, limits: ConnectionLimits, closed: (connection: Connection) => void) {
    this.#limits = limits
    this.#opening = setTimeout(() => this.#socket.destroy(), limits.connect_ms_max)
    this.#socket = openSocket(address, { opened: () => this.#opened(), read: (input) => this.#read(input) })
    this.#socket.on('error', (error) => this.#fail(this.#broken(error)))
    this.#socket.on('end', () => this.#ended())
    this.#socket.on('close', () => {
      this.#fail(this.#broken())
      closed(this)
    })
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Whether a call may be made: not once it was closed, or idle for as long as agreed. */
  get isUsable(): boolean {
    return this.isOpen && performance.now() < this.#idleUntil_ms
  }

  /**
   * One request and its whole answer. Redirects are answers like any other.
   * @throws CallFailure; whatever the other side does, not later than at the deadline
   */
  async exchange(request: HttpRequest, deadline: Deadline): Promise<HttpAnswer> {
    if (deadline.isOver) throw deadlinePassed()
    const { body } = request
    const length = body === null ? undefined : Buffer.byteLength(body)
    const head = completeHead(request, length)
    // It is the caller's fault, and none of the subgraph's.
    if (head === undefined) throw new CallFailure('REFUSED', 'the request has a header that cannot be sent')
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
    const reader = new AnswerReader(this.#limits.response_bytes_max)
    this.#pending = { request, head, isAscii: length === body?.length, reader, resolve, reject }
    deadline.whenOver = () => this.#fail(deadlinePassed())
    if (this.#opening === undefined) this.#send(this.#pending)
    try {
      return await promise
    } finally {
      deadline.whenOver = undefined
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #opened(): void {
    clearTimeout(this.#opening)
    this.#opening = undefined
    if (this.#pending !== undefined) this.#send(this.#pending)
  }

  #send({ request: { body }, head, isAscii }: Pending): void {
    if (body === null || isAscii) {
      this.#socket.write(head + (body ?? ''), 'latin1')
      return
    }
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#socket.write(body, 'utf8')
    this.#socket.uncork()
  }

  #read(input: Buffer): void {
    const pending = this.#pending
    // Whoever speaks without having been asked cannot be understood the next time.
    if (pending === undefined) return void this.#socket.destroy()
    try {
      if (pending.reader.push(input)) this.#answered(pending)
    } catch (error) {
      this.#fail(error instanceof CallFailure ? error : this.#broken(error))
    }
  }

  #ended(): void {
    if (this.#pending?.reader.end()) this.#answered(this.#pending)
    this.#socket.destroy()
  }

  #answered({ reader, resolve }: Pending): void {
    this.#pending = undefined
    const idle_ms = reader.idle_ms(IDLE_MS) - IDLE_MARGIN_MS
    if (idle_ms > 0) this.#idleUntil_ms = performance.now() + idle_ms
    else this.#socket.destroy()
    resolve({ status: reader.status, text: reader.text, offersMultiplex: reader.offersMultiplex })
  }

  #fail(failure: CallFailure): void {
    clearTimeout(this.#opening)
    this.#pending?.reject(failure)
    this.#pending = undefined
    this.#socket.destroy()
  }

  /** From the moment that something may have been sent, nobody knows what the subgraph has done. */
  #broken(cause?: unknown): CallFailure {
    const options = cause === undefined ? undefined : { cause }
    return this.#opening === undefined
      ? new CallFailure('CONNECTION_LOST', 'the connection was lost', options)
      : new CallFailure('CONNECTION_FAILED', 'no connection could be made', options)
  }
}
