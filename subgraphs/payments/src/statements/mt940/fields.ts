import { shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import { type TextLine, textLines } from '../text.ts'

/** A field of a statement: `:86:` and its lines, the tag cut off the first. Or what ends a statement. */
export type Field = { readonly tag: string; readonly lines: readonly string[]; readonly line: number }

/** The tag of what ends a statement: a line `-`, or the end of its block. */
export const END = '-'

/** SWIFT allows 6 lines of field 86; banks that list what a batch holds write some hundred. */
export const FIELD_LINES_MAX = 1_000

/** Lines that banks put before the first field: `ABNANL2A`, `940`, `940 00`, `:940:`, `0000 01INGBNL2AXXXX00001`. */
const PREAMBLE = /^(?::940:|940(?: 00)?|[A-Z0-9]{8}(?:[A-Z0-9]{3})?|0000 01[A-Z0-9]{12}\d{5}) *$/
const TAG = /^:(\d{2}[A-Z]?|NS):(.*)$/
const DASH_BEFORE_FIELD = /^-(?=:\d{2}[A-Z]?:)/
/** Handelsbanken writes the braces of its blocks in the Swedish alphabet of 7 bits. */
const SWEDISH_BRACE = /^\u00e4(?=[1-5S]:)|(?<=^-)\u00e5$/
/**
 * 20:15:33 of a text that was cut behind its hour; the line before ends in its digits. Tags of these numbers have
 * no place between the first entry and the closing balance.
 */
const CUT_TIME = /^:[0-5]\d:[0-5]\d(?!\d)/
/**
 * {1:F01BANKDEFFAXXX0000000000}{2:O9400000…}{3:{108:…}}{4: before the fields, in one line or in several. Where the
 * network's acknowledgement was kept with the message, {1:F21…}{4:{177:…}{451:0}} stands before them.
 */
const OPENING_BLOCKS = /^(?:\{[1-3S]:(?:[^{}]|\{[^{}]*\})*\}|\{4:(?:\{[^{}]*\})+\})*(?:\{4:)?$/
/** -}{5:{CHK:123456789ABC}} behind them, where the next message may begin as well; `-XXX` of Dutch banks. */
const CLOSING = /^-(?:XXX$|\}?)((?:\{[5S]:(?:[^{}]|\{[^{}]*\})*\})*)(\{1:.*)?$/

/**
 * Cuts a file into fields. Where a block begins, it has to end: a cut-off file is noticed.
 * @throws StatementFault TAG_UNKNOWN, FIELD_MALFORMED or STATEMENT_NOT_ENDED
 */
export async function* readFields(content: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Field[]> {
  const cutter = new FieldCutter()
  for await (const lines of textLines(content)) {
    for (const line of lines) cutter.push(line)
    yield cutter.take()
  }
  cutter.end()
  yield cutter.take()
}

class FieldCutter {
  #fields: Field[] = []
  #open: { tag: string; lines: string[]; line: number } | undefined
  /** Within {4: … -}. */
  #isInBlock = false
  /** Behind the closing balance of a statement. */
  #isClosed = true
  #line = 1

  take(): readonly Field[] {
    const fields = this.#fields
    this.#fields = []
    return fields
  }

  push({ number, text: written }: TextLine): void {
    this.#line = number
    const text = this.#textOf(written)
    const [, tag, value = ''] = TAG.exec(text) ?? []
    // Before the closing balance a dash ends nothing.
    if (text === '-' && !this.#isClosed && this.#open?.tag !== '86') return
    if (this.#isOfInformation(text)) this.#append(text, number)
    else if (tag !== undefined) {
      this.#close()
      this.#open = { tag, lines: [value], line: number }
      if (tag === '20') this.#isClosed = false
      else if (tag.startsWith('62')) this.#isClosed = true
    } else if (CLOSING.test(text)) this.#endStatement(text, number)
    else if (this.#open === undefined) this.#between(text, number)
    else this.#continue(text, number)
  }

  /** Without what banks do to lines: some put a dash before any field, or a blank before the dash that ends a message. */
  #textOf(line: string): string {
    const written = line.replace(DASH_BEFORE_FIELD, '')
    if (!this.#isClosed) return written
    if (written.trim() === '-') return '-'
    return written.replace(SWEDISH_BRACE, (letter) => (letter === '\u00e4' ? '{' : '}'))
  }

  /**
   * Whether a line that looks like another field, or like the end, is text of field 86: before the closing balance nothing
   * ends, and no field begins as a time does. Were it the field all the same, the balances or what follows would not hold.
   */
  #isOfInformation(text: string): boolean {
    if (this.#open?.tag !== '86' || this.#isClosed) return false
    return text === '-' || (CUT_TIME.test(text) && /\d$/.test(this.#open.lines.at(-1) ?? ''))
  }

  end(): void {
    this.#close()
    if (this.#isInBlock)
      throw new StatementFault('STATEMENT_NOT_ENDED', 'The block {4: is not closed by -}.', { line: this.#line })
  }

  #endStatement(text: string, line: number): void {
    const isBlockEnd = text.startsWith('-}')
    if (isBlockEnd !== this.#isInBlock)
      throw new StatementFault('FIELD_MALFORMED', 'A block ends that did not begin, or the other way round.', { line })
    this.#close()
    this.#isInBlock = false
    this.#fields.push({ tag: END, lines: [], line })
    const [, , next] = CLOSING.exec(text) ?? []
    if (next !== undefined) this.#between(next, line)
  }

  /** Before the first field of a statement. */
  #between(written: string, line: number): void {
    const text = written.trim()
    if (text === '' || (!this.#isInBlock && PREAMBLE.test(text))) return
    if (!OPENING_BLOCKS.test(text) || this.#isInBlock)
      throw new StatementFault('TAG_UNKNOWN', `${shown(text)} begins no field and no block.`, { line })
    this.#isInBlock = text.endsWith('{4:')
  }

  #continue(text: string, line: number): void {
    if (text === '') return
    // A line of a field never begins so; it is a tag that was damaged, or another format's. All tags but NS have digits.
    if (/^:(?=[^:]*\d)[^:]{0,4}:/.test(text) || text.startsWith('{'))
      throw new StatementFault('TAG_UNKNOWN', `${shown(text)} begins no field that MT940 has.`, { line })
    this.#append(text, line)
  }

  #append(text: string, line: number): void {
    if (this.#open !== undefined && this.#open.lines.push(text) > FIELD_LINES_MAX)
      throw new StatementFault('FIELD_MALFORMED', `A field has ${FIELD_LINES_MAX} lines at the most.`, { line })
  }

  #close(): void {
    if (this.#open !== undefined) this.#fields.push(this.#open)
    this.#open = undefined
  }
}
