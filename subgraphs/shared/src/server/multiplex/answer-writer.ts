import type { Duplex } from 'node:stream'
import {
  FRAME,
  FRAME_HEAD_BYTES,
  type FrameKind,
  frameHead,
  PAYLOAD_BYTES_MAX,
  PREFIX_BYTES,
} from '../../multiplex/protocol.ts'

/** Of answers in one write. What is larger waits until the system has taken it. */
const WRITE_BYTES = 4 * PAYLOAD_BYTES_MAX

/** Of an answer in one frame, while there is more of it. */
const PART_BYTES = PAYLOAD_BYTES_MAX - PREFIX_BYTES

/** An answer that is not sent in full. */
interface Outgoing {
  readonly call: number
  readonly status: number
  readonly bytes: Buffer
  sent: number
  readonly over: () => void
}

/**
 * Sends answers to one caller. What is there at the end of a turn of the event loop is one write; a large answer goes in
 * parts, in turns with the others, so that it holds up none of them.
 */
export class AnswerWriter {
  readonly #socket: Duplex
  #outgoing: Outgoing[] = []
  #isDue = false

  constructor(socket: Duplex) {
    this.#socket = socket
  }

  /** A frame without a payload, at once. */
  tell(kind: FrameKind): void {
    this.#socket.write(frameHead(0, kind, 0))
  }

  /** @param over called once the whole answer has been given to the system, or nobody wants it any more */
  answer(call: number, status: number, body: string, over: () => void): void {
    this.#outgoing.push({ call, status, bytes: Buffer.from(body), sent: 0, over })
    this.#schedule()
  }

  /** Nobody waits for the answer of this call any more. */
  drop(call: number): void {
    for (const dropped of this.#outgoing.filter((outgoing) => outgoing.call === call)) dropped.over()
    this.#outgoing = this.#outgoing.filter((outgoing) => outgoing.call !== call)
  }

  /** Nobody waits for anything any more. */
  dropAll(): void {
    for (const { over } of this.#outgoing.splice(0)) over()
  }

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => this.#write())
  }

  #write(): void {
    this.#isDue = false
    const frames: Buffer[] = []
    let bytes = 0
    while (bytes < WRITE_BYTES) {
      const next = this.#outgoing.shift()
      if (next === undefined) break
      const frame = nextFrame(next)
      frames.push(frame)
      bytes += frame.length
      if (next.sent < next.bytes.length) this.#outgoing.push(next)
      else next.over()
    }
    const [only] = frames
    if (only === undefined) return
    const isTaken = this.#socket.write(frames.length === 1 ? only : Buffer.concat(frames, bytes))
    if (this.#outgoing.length === 0) return
    if (isTaken) this.#schedule()
    else {
      this.#isDue = true
      this.#socket.once('drain', () => this.#write())
    }
  }
}

function nextFrame(outgoing: Outgoing): Buffer {
  const { call, status, bytes, sent } = outgoing
  const end = Math.min(bytes.length, sent + PART_BYTES)
  outgoing.sent = end
  if (end < bytes.length) return Buffer.concat([frameHead(call, FRAME.PART, end - sent), bytes.subarray(sent, end)])
  const length = PREFIX_BYTES + end - sent
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + length)
  frameHead(call, FRAME.ANSWER, length).copy(frame)
  frame.writeUInt16BE(status, FRAME_HEAD_BYTES)
  bytes.copy(frame, FRAME_HEAD_BYTES + PREFIX_BYTES, sent, end)
  return frame
}
