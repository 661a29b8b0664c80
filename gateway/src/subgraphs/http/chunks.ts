import { GatheredBytes } from '@carriergraph/shared/multiplex/gathered-bytes.ts'
import { FIELD } from './answer-head.ts'

/** The longest line of a chunked body: a size in hexadecimal, and extensions that nobody here reads. */
const LINE_BYTES_MAX = 1_024

const TRAILER_LINES_MAX = 64

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"

const SIZE = new RegExp(
  `^([0-9a-f]{1,8})(?:;${TOKEN}(?:=(?:${TOKEN}|"[\\t\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]*"))?)*$`,
  'i',
)

const LF = 10

type Place = 'size' | 'data' | 'data end' | 'trailer' | 'whole'

/** Reads a chunked body (RFC 9112, 7.1) as its bytes come in. */
export class ChunkReader {
  readonly #data = new GatheredBytes()
  #line = ''
  #place: Place = 'size'
  #left = 0
  #trailers = 0

  /** Bytes of data so far. */
  get bytes(): number {
    return this.#data.length
  }

  get isWhole(): boolean {
    return this.#place === 'whole'
  }

  /** Of all chunks, decoded. */
  get text(): string {
    return this.#data.bytes.toString()
  }

  /**
   * @param input valid during the call only
   * @returns where in `input` the body has ended, or its length; undefined for what is no chunked body
   */
  push(input: Buffer): number | undefined {
    let at = 0
    while (at < input.length && this.#place !== 'whole') {
      if (this.#place === 'data') {
        const end = Math.min(input.length, at + this.#left)
        this.#data.push(input.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#place = 'data end'
        continue
      }
      const end = input.indexOf(LF, at)
      this.#line += input.toString('latin1', at, end < 0 ? input.length : end + 1)
      if (this.#line.length > LINE_BYTES_MAX) return undefined
      if (end < 0) return input.length
      at = end + 1
      const line = this.#line
      this.#line = ''
      if (!line.endsWith('\r\n') || !this.#took(line.slice(0, -2))) return undefined
    }
    return at
  }

  /** Goes on by one line; false where it cannot be there. */
  #took(line: string): boolean {
    switch (this.#place) {
      case 'size': {
        const [, size] = SIZE.exec(line) ?? []
        if (size === undefined) return false
        this.#left = Number.parseInt(size, 16)
        this.#place = this.#left === 0 ? 'trailer' : 'data'
        return true
      }
      case 'data end':
        this.#place = 'size'
        return line === ''
      default:
        this.#trailers += 1
        if (line === '') this.#place = 'whole'
        return this.#place === 'whole' || (isTrailer(line) && this.#trailers <= TRAILER_LINES_MAX)
    }
  }
}

/** What says where a body ends cannot stand behind it (RFC 9110, 6.5.1). */
const isTrailer = (line: string): boolean => FIELD.test(line) && !/^(?:content-length|transfer-encoding):/i.test(line)
