import type { IncomingHttpHeaders } from 'node:http'
import type { Duplex } from 'node:stream'
import { CallTable } from '../../multiplex/call-table.ts'
import { FrameReader } from '../../multiplex/frame-reader.ts'
import { FRAME, PREFIX_BYTES } from '../../multiplex/protocol.ts'
import type { ReceivedCall } from '../answer.ts'
import { AnswerWriter } from './answer-writer.ts'

/** What becomes of calls. */
export type CallHandling = {
  /** Answers a call; never rejects. */
  readonly respond: (call: ReceivedCall) => Promise<{ readonly status: number; readonly body: string }>
  /** Called when a call comes; what it returns, when its answer is sent, or wanted by nobody any more. */
  readonly begin: () => () => void
}

export type MultiplexedCallerOptions = CallHandling & {
  readonly socket: Duplex
  /** Where its calls go: what it asked to upgrade. */
  readonly path: string
}

/** What every call says over HTTP, and none has to say here. */
const CONTENT_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
  'accept-encoding': 'identity',
}

/** Calls under way of one caller; a gateway has far fewer on a connection. */
const CALLS_MAX = 256

/** One connection of a gateway. */
export class MultiplexedCaller {
  readonly #options: MultiplexedCallerOptions
  readonly #reader = new FrameReader((call, kind, payload) => this.#received(call, kind, payload))
  readonly #writer: AnswerWriter
  /** By the numbers of calls that are not answered. */
  readonly #underWay = new CallTable<AbortController>()

  constructor(options: MultiplexedCallerOptions) {
    const { socket } = options
    this.#options = options
    this.#writer = new AnswerWriter(socket)
    socket.on('data', (input: Buffer) => this.receive(input))
    socket.on('end', () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#left())
  }

  receive(input: Buffer): void {
    if (!this.#reader.push(input)) this.destroy()
  }

  leave(): void {
    this.#writer.tell(FRAME.LEAVE)
  }

  /** Ends the connection once what was answered has been sent. */
  end(): void {
    this.#options.socket.end()
  }

  destroy(): void {
    this.#options.socket.destroy()
  }

  #left(): void {
    for (const controller of this.#underWay.takeAll()) controller.abort()
    this.#writer.dropAll()
  }

  /** Kinds that are not known say nothing to this side, and are passed over. */
  #received(call: number, kind: number, payload: Buffer): void {
    if (kind === FRAME.CALL) this.#called(call, payload)
    else if (kind === FRAME.CANCEL) this.#cancelled(call)
    else if (kind === FRAME.PING) this.#writer.tell(FRAME.PONG)
  }

  #called(call: number, payload: Buffer): void {
    if (this.#options.socket.destroyed) return
    const bodyStart = payload.length < PREFIX_BYTES ? Number.NaN : PREFIX_BYTES + payload.readUInt16BE(0)
    // Two calls of one number could not be told apart, nor one be understood that ends before its body begins.
    const isTaken = this.#underWay.get(call) !== undefined
    if (!(bodyStart <= payload.length) || isTaken || this.#underWay.size >= CALLS_MAX) this.destroy()
    else {
      const headers = headersOf(payload.toString('latin1', PREFIX_BYTES, bodyStart))
      void this.#answer(call, headers, Buffer.from(payload.subarray(bodyStart)))
    }
  }

  async #answer(call: number, headers: IncomingHttpHeaders, body: Buffer): Promise<void> {
    const { respond, begin, path } = this.#options
    const over = begin()
    const left = new AbortController()
    this.#underWay.add(call, left)
    const { status, body: answer } = await respond({
      method: 'POST',
      path,
      headers,
      readBody: () => Promise.resolve(body),
      leaving: () => left.signal,
    })
    if (left.signal.aborted) over()
    else {
      this.#underWay.delete(call)
      this.#writer.answer(call, status, answer, over)
    }
  }

  #cancelled(call: number): void {
    this.#underWay.get(call)?.abort()
    this.#underWay.delete(call)
    this.#writer.drop(call)
  }
}

/** Names in lower case; one that comes twice is joined by a comma, as Node has it over HTTP. */
function headersOf(lines: string): IncomingHttpHeaders {
  const headers: Record<string, string | undefined> = { ...CONTENT_HEADERS }
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf('\r\n', start)
    const colon = lines.indexOf(': ', start)
    if (end < 0 || colon < 0 || colon > end) break
    const name = lines.slice(start, colon).toLowerCase()
    const value = lines.slice(colon + 2, end)
    const other = Object.hasOwn(headers, name) ? headers[name] : undefined
    headers[name] = other === undefined ? value : `${other}, ${value}`
    start = end + 2
  }
  return headers
}
