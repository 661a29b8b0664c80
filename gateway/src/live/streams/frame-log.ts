import type { Frame } from './frame.ts'

/** How much of a stream is kept. */
export interface FrameLogLimits {
  readonly frames_max: number
  readonly bytes_max: number
}

/**
 * The newest frames of a stream, numbered from 0 on. Whoever is behind the newest one reads them here, so that a frame is
 * held once, however many are behind.
 */
export class FrameLog {
  readonly #frames: Frame[] = []
  #first = 0
  #size_bytes = 0

  /** The number of the oldest frame that is still here. */
  get first(): number {
    return this.#first
  }

  /** The number that the next frame will have. */
  get end(): number {
    return this.#first + this.#frames.length
  }

  push(frame: Frame): void {
    this.#frames.push(frame)
    this.#size_bytes += frame.size_bytes
  }

  at(number: number): Frame | undefined {
    return this.#frames[number - this.#first]
  }

  [Symbol.iterator](): Iterator<Frame> {
    return this.#frames.values()
  }

  /** Takes out the oldest frame when there are more than the limits allow. The newest always stays. */
  shiftAbove({ frames_max, bytes_max }: FrameLogLimits): Frame | undefined {
    const isAbove = this.#frames.length > frames_max || this.#size_bytes > bytes_max
    const oldest = isAbove && this.#frames.length > 1 ? this.#frames.shift() : undefined
    if (oldest === undefined) return undefined
    this.#first += 1
    this.#size_bytes -= oldest.size_bytes
    return oldest
  }
}
