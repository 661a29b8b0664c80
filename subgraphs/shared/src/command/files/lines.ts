/** One line of a file, counted from 1, without its line end; or why it cannot be read as text. */
export type Line = {
  readonly number: number
  /** Bytes of the content up to here, the line and its line end among them. */
  readonly end: number
} & ({ readonly text: string } | { readonly fault: LineFault })

export type LineFault = 'LINE_TOO_LONG' | 'INVALID_UTF8'

/** Ten times what the longest legal record of most files needs. A longer line is not a record, and is never held in memory. */
export const LINE_BYTES_MAX = 8 * 1024

/**
 * Cuts a stream of bytes into lines, those of one chunk together: a generator's step per line would cost more than the
 * cutting. Lines end with LF or CRLF, the last one needs no end, and a byte order mark before the first is dropped.
 * Memory is bounded by the size of a chunk plus one line, whatever the file holds.
 * @param lineBytesMax of a line without its end
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax = LINE_BYTES_MAX,
): AsyncGenerator<readonly Line[]> {
  const cutter = new LineCutter(lineBytesMax)
  for await (const chunk of chunks) {
    const lines = cutter.push(chunk)
    if (lines.length > 0) yield lines
  }
  const last = cutter.end()
  if (last.length > 0) yield last
}

class LineCutter {
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  /** Pieces of the line that is not ended yet; dropped once it is too long. */
  #pieces: Uint8Array[] = []
  #length = 0
  #number = 0
  /** Bytes of the lines that were taken. */
  #taken = 0
  readonly #lineBytesMax: number

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = []
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#hold(chunk.subarray(start, end))
      lines.push(this.#take(LF_LENGTH))
      start = end + 1
    }
    this.#hold(chunk.subarray(start))
    return lines
  }

  /** The last line, where the file does not end with a line end. */
  end(): Line[] {
    return this.#length === 0 ? [] : [this.#take(0)]
  }

  #hold(piece: Uint8Array): void {
    this.#length += piece.length
    if (this.#length > this.#lineBytesMax + CR_LENGTH) this.#pieces = []
    else if (piece.length > 0) this.#pieces.push(piece)
  }

  #take(endLength: number): Line {
    this.#number += 1
    this.#taken += this.#length + endLength
    const line = { number: this.#number, end: this.#taken, ...this.#read() }
    this.#pieces = []
    this.#length = 0
    return line
  }

  #read(): { text: string } | { fault: LineFault } {
    if (this.#length > this.#lineBytesMax + CR_LENGTH) return { fault: 'LINE_TOO_LONG' }
    const text = this.#decode()
    if (text === undefined) return { fault: 'INVALID_UTF8' }
    const bare = text.endsWith('\r') ? text.slice(0, -1) : text
    // The byte more is for a CR alone.
    if (bare === text && this.#length > this.#lineBytesMax) return { fault: 'LINE_TOO_LONG' }
    return { text: this.#number === 1 && bare.startsWith(BYTE_ORDER_MARK) ? bare.slice(1) : bare }
  }

  #decode(): string | undefined {
    const [first, ...rest] = this.#pieces
    try {
      return this.#utf8.decode(first === undefined || rest.length === 0 ? first : Buffer.concat(this.#pieces))
    } catch {
      return undefined
    }
  }
}

const LF = 0x0a
const LF_LENGTH = 1
const CR_LENGTH = 1
const BYTE_ORDER_MARK = '\ufeff'
