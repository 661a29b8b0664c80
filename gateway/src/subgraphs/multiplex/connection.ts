import type { Socket } from 'node:net'
import { CallTable } from '@carriergraph/shared/multiplex/call-table.ts'
import { FrameReader } from '@carriergraph/shared/multiplex/frame-reader.ts'
import { GatheredBytes } from '@carriergraph/shared/multiplex/gathered-bytes.ts'
import { FRAME, PREFIX_BYTES } from '@carriergraph/shared/multiplex/protocol.ts'
import type { SubgraphAddress } from '../address.ts'
import type { AnswerText } from '../answer.ts'
import type { Deadline } from '../deadline.ts'
import { CallFailure, deadlinePassed } from '../failure.ts'
import type { ConnectionLimits } from '../http/connection.ts'
import { openSocket } from '../http/socket.ts'
import { callFrame, emptyFrame } from './frames.ts'
import { UpgradeReader } from './upgrade.ts'

/** A call under way. */
interface Pending {
  readonly began_ms: number
  /** What came of its answer so far. */
  parts: GatheredBytes | undefined
  readonly resolve: (answer: AnswerText) => void
  readonly reject: (failure: CallFailure) => void
}

export interface MultiplexedConnectionOptions {
  readonly address: SubgraphAddress
  /** What asks for the upgrade. */
  readonly upgrade: string
  readonly limits: ConnectionLimits
  /** Called once calls can be made. */
  readonly opened: () => void
  /** Called once no call can be made any more. */
  readonly closed: () => void
}

/** 0 is of no call. */
const CALL_NUMBER_MAX = 0xffff_ffff

/** Calls that all fail with a connection fail for one and the same reason: this object. */
const lost = (cause?: unknown): CallFailure =>
  new CallFailure('CONNECTION_LOST', 'the connection was lost', cause === undefined ? undefined : { cause })

/**
 * A connection for many calls at once, each answered when the subgraph is ready with it. What is asked in one turn of the event
 * loop is one write.
 */
export class MultiplexedConnection {
  readonly #socket: Socket
  readonly #limits: ConnectionLimits
  readonly #opened: () => void
  /** Set until the subgraph has agreed. */
  #opening: { readonly upgrade: UpgradeReader; readonly timer: NodeJS.Timeout } | undefined
  readonly #frames = new FrameReader((call, kind, payload) => this.#received(call, kind, payload))
  readonly #pending = new CallTable<Pending>()
  #lastCall = 0
  /** Of frames that are to be sent at the end of this turn, each character a byte. */
  #outgoing = ''
  /** The subgraph wants no more calls here. */
  #isLeaving = false
  /** Nothing came for as long as a call may take: perhaps nobody is there any more. */
  #isDoubtful = false
  #lastRead_ms = 0
  #idleSince_ms = 0

  constructor({ address, upgrade, limits, opened, closed }: MultiplexedConnectionOptions) {
    this.#limits = limits
    this.#opened = opened
    const timer = setTimeout(() => this.#socket.destroy(), limits.connect_ms_max)
    this.#opening = { upgrade: new UpgradeReader(), timer }
    this.#socket = openSocket(address, {
      opened: () => void this.#socket.write(upgrade, 'latin1'),
      read: (input) => this.#read(input),
    })
    this.#socket.on('error', (error) => this.#lose(lost(error)))
    this.#socket.on('end', () => this.#socket.destroy())
    this.#socket.on('close', () => {
      clearTimeout(timer)
      this.#lose(lost())
      closed()
    })
  }

  /** Whether another call may be made. */
  get hasRoom(): boolean {
    return (
      this.#opening === undefined &&
      !this.#isLeaving &&
      !this.#isDoubtful &&
      this.#pending.size < this.#limits.calls_max &&
      !this.#socket.destroyed
    )
  }

  /** How long there has been no call, in ms; 0 while there is one. */
  get idle_ms(): number {
    return this.#opening !== undefined || this.#pending.size > 0 ? 0 : performance.now() - this.#idleSince_ms
  }

  /**
   * One call and its whole answer. Only while there is room.
   * @param headers as lines, each character a byte
   * @throws CallFailure; whatever the other side does, not later than at the deadline
   */
  async exchange(headers: string, body: string, deadline: Deadline): Promise<AnswerText> {
    if (deadline.isOver) throw deadlinePassed()
    const call = this.#number()
    const { promise, resolve, reject } = Promise.withResolvers<AnswerText>()
    this.#pending.add(call, { began_ms: deadline.started_ms, parts: undefined, resolve, reject })
    this.#send(callFrame(call, headers, body))
    deadline.whenOver = () => this.#expired(call)
    try {
      return await promise
    } finally {
      deadline.whenOver = undefined
    }
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** From 1 to the highest that has a place in a frame, and on from 1. */
  #number(): number {
    this.#lastCall = (this.#lastCall % CALL_NUMBER_MAX) + 1
    return this.#lastCall
  }

  #send(frame: string): void {
    if (this.#outgoing === '') setImmediate(() => this.#flush())
    this.#outgoing += frame
  }

  #flush(): void {
    const outgoing = this.#outgoing
    this.#outgoing = ''
    if (!this.#socket.destroyed) this.#socket.write(outgoing, 'latin1')
  }

  #read(input: Buffer): void {
    this.#lastRead_ms = performance.now()
    this.#isDoubtful = false
    const frames = this.#opening === undefined ? input : this.#agreed(this.#opening.upgrade, input)
    if (frames !== undefined && !this.#frames.push(frames)) this.#lose(lost('what came is no frame'))
  }

  /** @returns what came behind the agreement; undefined while there is none */
  #agreed(upgrade: UpgradeReader, input: Buffer): Buffer | undefined {
    const rest = upgrade.push(input)
    if (rest === 'refused') this.#socket.destroy()
    if (typeof rest === 'string') return undefined
    clearTimeout(this.#opening?.timer)
    this.#opening = undefined
    this.#idleSince_ms = performance.now()
    this.#opened()
    return rest
  }

  /** Kinds that are not known say nothing to this side, and answers of calls that are over come too late. */
  #received(call: number, kind: number, payload: Buffer): void {
    if (kind === FRAME.LEAVE) {
      this.#isLeaving = true
      this.#closeIfOver()
      return
    }
    const pending = this.#pending.get(call)
    if (pending === undefined) return
    if (kind === FRAME.PART) this.#take(call, pending, payload)
    else if (kind === FRAME.ANSWER) this.#answered(call, pending, payload)
  }

  #take(call: number, pending: Pending, payload: Buffer): boolean {
    const length = (pending.parts?.length ?? 0) + payload.length
    if (length > this.#limits.response_bytes_max) {
      this.#send(emptyFrame(call, FRAME.CANCEL))
      this.#over(call)
      pending.reject(new CallFailure('ANSWER_TOO_LARGE', 'the answer is too large'))
      return false
    }
    pending.parts ??= new GatheredBytes()
    pending.parts.push(payload)
    return true
  }

  #answered(call: number, pending: Pending, payload: Buffer): void {
    if (payload.length < PREFIX_BYTES) {
      this.#lose(lost('an answer has no status'))
      return
    }
    const status = payload.readUInt16BE(0)
    const last = payload.subarray(PREFIX_BYTES)
    const isOnly = pending.parts === undefined && last.length <= this.#limits.response_bytes_max
    if (!isOnly && !this.#take(call, pending, last)) return
    const text = (pending.parts?.bytes ?? last).toString()
    this.#over(call)
    pending.resolve({ status, text })
  }

  #expired(call: number): void {
    const pending = this.#pending.get(call)
    if (pending === undefined) return
    this.#send(emptyFrame(call, FRAME.CANCEL))
    if (this.#lastRead_ms < pending.began_ms && !this.#isDoubtful) {
      this.#isDoubtful = true
      this.#send(emptyFrame(0, FRAME.PING))
    }
    this.#over(call)
    pending.reject(deadlinePassed())
  }

  #over(call: number): void {
    this.#pending.delete(call)
    if (this.#pending.size > 0) return
    this.#idleSince_ms = performance.now()
    this.#closeIfOver()
  }

  #closeIfOver(): void {
    if (this.#pending.size === 0 && (this.#isLeaving || this.#isDoubtful)) this.#socket.destroy()
  }

  #lose(failure: CallFailure): void {
    const pending = this.#pending.takeAll()
    this.#socket.destroy()
    for (const { reject } of pending) reject(failure)
  }
}
