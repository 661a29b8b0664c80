const FIRST_BYTES = 4_096

/** Bytes that come in pieces, each copied, in a buffer that doubles: many small pieces cost no more than one. */
export class GatheredBytes {
  #buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Valid until the next `push`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  push(piece: Buffer): void {
    const length = this.#length + piece.length
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, length, 2 * this.#buffer.length))
      this.bytes.copy(larger)
      this.#buffer = larger
    }
    piece.copy(this.#buffer, this.#length)
    this.#length = length
  }
}
