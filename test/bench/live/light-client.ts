import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'

const TEXT = 1
const PING = 9
const PONG = 10
const MASKED = 0x80
const FINAL = 0x80

/** A WebSocket key may be any 16 bytes; these servers are not asked to prove anything. */
const UPGRADE = [
  'GET /graphql HTTP/1.1',
  'host: 127.0.0.1',
  'connection: Upgrade',
  'upgrade: websocket',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-protocol: graphql-transport-ws',
  '\r\n',
].join('\r\n')

export interface LightClientOptions {
  readonly port: number
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
  /** The whole text of a message that is no `connection_ack`. */
  readonly onMessage: (text: Buffer) => void
  readonly onClose: () => void
}

/**
 * A graphql-ws client that costs next to nothing: ten thousand of a real one would be what the bench measures. Its
 * operation has a random id, as those of the real one do.
 */
export class LightClient {
  readonly #subscribed = Promise.withResolvers<void>()
  readonly #socket: Socket
  readonly #options: LightClientOptions
  #rest: Buffer = Buffer.alloc(0)
  #isUpgraded = false
  /** Whether any answer came to its subscription. */
  hasHeard = false
  #isAcknowledged = false

  constructor(options: LightClientOptions) {
    this.#options = options
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('connect', () => this.#socket.write(UPGRADE))
    this.#socket.on('data', (chunk) => this.#read(chunk))
    // `close` follows.
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', options.onClose)
  }

  /** Resolves when its subscription is sent. */
  get subscribed(): Promise<void> {
    return this.#subscribed.promise
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    if (!this.#isUpgraded) {
      const end = data.indexOf('\r\n\r\n')
      if (end !== -1) {
        this.#isUpgraded = true
        data = data.subarray(end + 4)
        this.#send({ type: 'connection_init' })
      }
    }
    this.#rest = this.#isUpgraded ? this.#readFrames(data) : data
  }

  /** What is left is the beginning of a frame. */
  #readFrames(data: Buffer): Buffer {
    let at = 0
    for (;;) {
      const frame = frameAt(data, at)
      if (frame === undefined) return data.subarray(at)
      at = frame.end
      if (frame.opcode === PING) this.#write(PONG, frame.payload)
      else if (frame.opcode === TEXT) this.#take(frame.payload)
    }
  }

  #take(payload: Buffer): void {
    if (!this.#isAcknowledged) this.#subscribe()
    else {
      this.hasHeard = true
      this.#options.onMessage(payload)
    }
  }

  #subscribe(): void {
    this.#isAcknowledged = true
    const { query, variables } = this.#options
    this.#send({ id: randomUUID(), type: 'subscribe', payload: { query, variables } })
    this.#subscribed.resolve()
  }

  #send(message: object): void {
    this.#write(TEXT, Buffer.from(JSON.stringify(message)))
  }

  /** Clients must mask; a mask of zeros changes nothing. */
  #write(opcode: number, payload: Buffer): void {
    const { length } = payload
    const sizes = length < 126 ? [MASKED | length] : [MASKED | 126, length >> 8, length & 0xff]
    this.#socket.write(Buffer.concat([Buffer.from([FINAL | opcode, ...sizes, 0, 0, 0, 0]), payload]))
  }
}

function frameAt(data: Buffer, at: number) {
  if (data.length < at + 2) return undefined
  const short = data.readUInt8(at + 1)
  const [header, length] = short < 126 ? [2, short] : [4, data.length < at + 4 ? 0 : data.readUInt16BE(at + 2)]
  if (short === 127) throw new Error('a frame is larger than anything that this bench sends')
  const end = at + header + length
  if (data.length < end || data.length < at + header) return undefined
  return { opcode: data.readUInt8(at) & 0xf, payload: data.subarray(at + header, end), end }
}
