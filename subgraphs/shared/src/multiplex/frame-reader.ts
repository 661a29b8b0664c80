import { GatheredBytes } from './gathered-bytes.ts'
import { FRAME_HEAD_BYTES, PAYLOAD_BYTES_MAX } from './protocol.ts'

/** @param payload valid during the call only */
export type FrameListener = (call: number, kind: number, payload: Buffer) => void

const LENGTH_BYTES = 4

/** Takes frames apart as their bytes come in. What kinds mean is not its concern. */
export class FrameReader {
  readonly #listener: FrameListener
  /** The beginning of a frame whose end is still to come. */
  #kept: GatheredBytes | undefined

  constructor(listener: FrameListener) {
    this.#listener = listener
  }

  /**
   * @param input valid during the call only
   * @returns false where the other side sends what can be no frame: nothing behind it can be understood
   */
  push(input: Buffer): boolean {
    const bytes = this.#withKept(input)
    let start = 0
    while (bytes.length - start >= LENGTH_BYTES) {
      const length = LENGTH_BYTES + bytes.readUInt32BE(start)
      if (length < FRAME_HEAD_BYTES || length > FRAME_HEAD_BYTES + PAYLOAD_BYTES_MAX) return false
      const end = start + length
      if (end > bytes.length) break
      const payload = bytes.subarray(start + FRAME_HEAD_BYTES, end)
      this.#listener(bytes.readUInt32BE(start + 4), bytes.readUInt8(start + 8), payload)
      start = end
    }
    this.#keep(bytes, start)
    return true
  }

  #withKept(input: Buffer): Buffer {
    if (this.#kept === undefined) return input
    this.#kept.push(input)
    return this.#kept.bytes
  }

  #keep(bytes: Buffer, start: number): void {
    if (start === 0 && this.#kept !== undefined) return
    this.#kept = undefined
    if (start === bytes.length) return
    this.#kept = new GatheredBytes()
    this.#kept.push(bytes.subarray(start))
  }
}
