import { GatheredBytes } from '@carriergraph/shared/multiplex/gathered-bytes.ts'
import { CallFailure } from '../failure.ts'
import { type AnswerHead, readHead } from './answer-head.ts'
import { ChunkReader } from './chunks.ts'

/** As Node's own parser has it. */
const HEAD_BYTES_MAX = 16_384

const HEAD_END = Buffer.from('\r\n\r\n')

const NOTHING = Buffer.alloc(0)

/** Reads one HTTP/1.1 answer as its bytes come in, interim answers (1xx) before it left out. */
export class AnswerReader {
  readonly #bytes_max: number
  /** What came so far of the head, or of a body that is not chunked. */
  #kept: GatheredBytes | undefined
  #head: AnswerHead | undefined
  #chunks: ChunkReader | undefined
  #hasSurplus = false
  text = ''

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max
  }

  get status(): number {
    return this.#head?.status ?? 0
  }

  get offersMultiplex(): boolean {
    return this.#head?.offersMultiplex ?? false
  }

  /** How long the connection may be idle now, in ms; 0 where it is of no further use. */
  idle_ms(unsaid_ms: number): number {
    const head = this.#head
    if (head === undefined || !head.staysOpen || this.#hasSurplus || !this.#isDelimited(head)) return 0
    return head.idle_ms ?? unsaid_ms
  }

  /**
   * @param input valid during the call only
   * @returns whether the answer is whole
   * @throws CallFailure CONNECTION_LOST where it is no HTTP, ANSWER_TOO_LARGE
   */
  push(input: Buffer): boolean {
    if (this.#head !== undefined) return this.#readBody(input, this.#head)
    let bytes = this.#take(input)
    for (;;) {
      const end = bytes.indexOf(HEAD_END)
      if ((end < 0 ? bytes.length : end) > HEAD_BYTES_MAX) throw noHttp('its head is too long')
      if (end < 0) {
        this.#keep(bytes)
        return false
      }
      const head = readHead(bytes.toString('latin1', 0, end))
      if (head === undefined) throw noHttp('its head is malformed')
      bytes = bytes.subarray(end + HEAD_END.length)
      if (head.status < 200) {
        if (head.status === 101 || !head.staysOpen) throw noHttp('no answer can follow')
        continue
      }
      this.#head = head
      return this.#readBody(bytes, head)
    }
  }

  /** The other side has ended. @returns whether that makes the answer whole */
  end(): boolean {
    if (this.#head === undefined || this.#isDelimited(this.#head)) return false
    this.text = this.#take(NOTHING).toString()
    return true
  }

  #readBody(input: Buffer, head: AnswerHead): boolean {
    if (hasNoBody(head.status)) return this.#wholeAt(0, input)
    if (head.isChunked) return this.#readChunks(input)
    const { length = Number.POSITIVE_INFINITY } = head
    const before = this.#kept?.length ?? 0
    const bytes = before + input.length
    if (Math.max(bytes, head.length ?? 0) > this.#bytes_max) throw tooLarge()
    if (bytes < length) {
      this.#keep(input)
      return false
    }
    const end = length - before
    this.text = before === 0 ? input.toString('utf8', 0, end) : this.#take(input.subarray(0, end)).toString()
    return this.#wholeAt(end, input)
  }

  #readChunks(input: Buffer): boolean {
    this.#chunks ??= new ChunkReader()
    const end = this.#chunks.push(input)
    if (end === undefined) throw noHttp('its chunks are malformed')
    if (this.#chunks.bytes > this.#bytes_max) throw tooLarge()
    if (!this.#chunks.isWhole) return false
    this.text = this.#chunks.text
    return this.#wholeAt(end, input)
  }

  #keep(input: Buffer): void {
    this.#kept ??= new GatheredBytes()
    this.#kept.push(input)
  }

  /** What was kept, and `input` behind it. */
  #take(input: Buffer): Buffer {
    if (this.#kept === undefined) return input
    this.#kept.push(input)
    const { bytes } = this.#kept
    this.#kept = undefined
    return bytes
  }

  #isDelimited({ status, isChunked, length }: AnswerHead): boolean {
    return isChunked || length !== undefined || hasNoBody(status)
  }

  /** What comes behind an answer that nobody asked for leaves the connection in doubt. */
  #wholeAt(end: number, input: Buffer): true {
    this.#hasSurplus = end < input.length
    return true
  }
}

const hasNoBody = (status: number): boolean => status === 204 || status === 304

const noHttp = (what: string): CallFailure => new CallFailure('CONNECTION_LOST', `the answer is no HTTP: ${what}`)

const tooLarge = (): CallFailure => new CallFailure('ANSWER_TOO_LARGE', 'the answer is too large')
