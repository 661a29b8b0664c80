import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

interface RawFrame {
  /** RFC 6455, 5.2: 0 continuation, 1 text, 2 binary, 8 close, 9 ping. */
  readonly opcode?: number
  readonly isFinal?: boolean
  /** RSV1: compressed. */
  readonly isCompressed?: boolean
  readonly isMasked?: boolean
}

/** The bytes of one WebSocket frame of less than 64 KiB, masked by zeros. */
export function rawFrame(payload: string | Buffer, frame: RawFrame = {}): Buffer {
  const { opcode = 1, isFinal = true, isCompressed = false, isMasked = true } = frame
  const body = Buffer.from(payload)
  const mask = isMasked ? 0x80 : 0
  const first = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode
  const length = body.length < 126 ? [body.length | mask] : [126 | mask, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([first, ...length]), Buffer.alloc(isMasked ? 4 : 0), body])
}

/** A graphql-ws connection whose bytes are the test's own. */
export class RawConnection {
  readonly socket: Socket
  #received = Buffer.alloc(0)

  constructor(url: string, headers = '') {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1')
    this.socket.on('error', () => undefined)
    this.socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
    })
    this.socket.write(
      `GET /graphql HTTP/1.1\r\nhost: toy\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n${headers}\r\n`,
    )
  }

  /** Resolves with all that has come, as soon as it holds `text`. */
  async received(text: string): Promise<Buffer> {
    while (!this.#received.includes(text)) await once(this.socket, 'data')
    return this.#received
  }

  /** The code of the close frame that comes last. */
  async closeCode(): Promise<number> {
    for (;;) {
      const at = this.#received.lastIndexOf(CLOSE_FRAME)
      if (at >= 0 && this.#received.length >= at + 4) return this.#received.readUInt16BE(at + 2)
      await once(this.socket, 'data')
    }
  }
}

const CLOSE_FRAME = 0x88
