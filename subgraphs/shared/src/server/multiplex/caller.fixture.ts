import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { FrameReader } from '../../multiplex/frame-reader.ts'
import { FRAME, type FrameKind, frameHead } from '../../multiplex/protocol.ts'

export type ReceivedFrame = { readonly call: number; readonly kind: number; readonly payload: Buffer }

export type WholeAnswer = { readonly status: number; readonly body: string }

/** A gateway's side of one multiplexed connection. */
export class TestCaller {
  readonly socket: Socket
  /** What was answered to the request for an upgrade. */
  head = ''
  readonly frames: ReceivedFrame[] = []
  readonly #reader = new FrameReader((call, kind, payload) =>
    this.frames.push({ call, kind, payload: Buffer.from(payload) }),
  )
  #changed = Promise.withResolvers<void>()

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    socket.on('close', () => this.#change())
    socket.on('data', (input: Buffer) => {
      const rest = this.head.endsWith('\r\n\r\n') ? input : this.#readHead(input)
      if (!this.#reader.push(rest)) throw new Error('the server sent what is no frame')
      this.#change()
    })
  }

  /** Asks for the upgrade, and waits for the answer. @param headers lines beside those of the upgrade */
  static async open(port: number, headers = ''): Promise<TestCaller> {
    const caller = new TestCaller(connect(port, '127.0.0.1'))
    caller.socket.write(
      `GET /graphql HTTP/1.1\r\nhost: here\r\nconnection: Upgrade\r\nupgrade: carriergraph-multiplex/1\r\n${headers}\r\n`,
    )
    await caller.until(() => caller.head.includes('\r\n\r\n') || caller.socket.destroyed)
    return caller
  }

  call(call: number, headers: string, body: string): void {
    const lines = Buffer.from(headers, 'latin1')
    const length = Buffer.from([lines.length >>> 8, lines.length & 0xff])
    this.send(call, FRAME.CALL, Buffer.concat([length, lines, Buffer.from(body)]))
  }

  send(call: number, kind: FrameKind, payload = Buffer.alloc(0)): void {
    this.socket.write(Buffer.concat([frameHead(call, kind, payload.length), payload]))
  }

  /** Waits for all of an answer; undefined where the connection ends before. */
  async answer(call: number): Promise<WholeAnswer | undefined> {
    const isLast = (frame: ReceivedFrame) => frame.call === call && frame.kind === FRAME.ANSWER
    await this.until(() => this.frames.some(isLast) || this.socket.destroyed)
    const last = this.frames.find(isLast)
    if (last === undefined) return undefined
    const parts = this.frames.filter((frame) => frame.call === call && frame.kind === FRAME.PART)
    const bytes = [...parts.map(({ payload }) => payload), last.payload.subarray(2)]
    return { status: last.payload.readUInt16BE(0), body: Buffer.concat(bytes).toString() }
  }

  async told(kind: FrameKind): Promise<void> {
    await this.until(() => this.frames.some((frame) => frame.kind === kind))
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await this.#changed.promise
  }

  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, 'close')
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #readHead(input: Buffer): Buffer {
    const end = input.indexOf('\r\n\r\n') + 4
    if (end < 4) throw new Error('the head of an answer came in pieces')
    this.head = input.toString('latin1', 0, end)
    return this.head.includes(' 101 ') ? input.subarray(end) : Buffer.alloc(0)
  }
}
