import { createHash } from 'node:crypto'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import { readCamt } from './camt/read.ts'
import { type CsvMapping, readMapping } from './csv/mapping.ts'
import { readCsv } from './csv/read.ts'
import { StatementFault, type StatementFaultCode } from './fault.ts'
import { refuseLongIdentifications } from './identifications.ts'
import { readMt940 } from './mt940/read.ts'
import type { Position, StatementEvents, StatementFormat, StatementLine, StatementSummary } from './statement.ts'
import { SeenStatements } from './tally.ts'

/** Content that can be read more than once, from its beginning. */
export type StatementSource = { open(): AsyncIterable<Uint8Array> }

/** A file that was read to its end and holds. */
export type StatementFile = {
  readonly format: StatementFormat
  /** SHA-256 of the content, in hex: the same file again has the same. */
  readonly digest: string
  readonly statements: readonly StatementSummary[]
  readonly lines: number
  /** Of CSV, those that the mapping leaves out; undefined where it leaves out none. */
  readonly skippedRows: number | undefined
  /**
   * Reads the lines once more, in the order of the file.
   * @throws StatementFault FILE_CHANGED at its end, or where it no longer can be read: take the lines in one transaction
   */
  read(): AsyncGenerator<StatementLine>
}

export type StatementRefusal = Refused<StatementFaultCode> & { readonly position: Position | undefined }

export type ReadStatementOptions = {
  /** Says that the content is CSV, and how it is laid out: see `csv/mapping.ts`. */
  readonly mapping?: unknown
  /** Fewer than FILE_BYTES_MAX, for content that came over a network. */
  readonly bytesMax?: number
}

/** A million lines of camt.053; a day of the largest customers is a tenth of it. */
const FILE_BYTES_MAX = 2 * 1024 ** 3

/**
 * Reads bank statements: camt.053, camt.054 and MT940, which are told by how they begin, or CSV by a mapping. The file is
 * read whole and checked before a line of it is handed on; what is wrong with it is a refusal with its place. In memory
 * are the summaries and what one entry holds, however many lines there are.
 * @throws what the source throws
 */
export async function readStatement(
  source: StatementSource,
  options: ReadStatementOptions = {},
): Promise<{ readonly ok: true; readonly value: StatementFile } | StatementRefusal> {
  try {
    return { ok: true, value: await checked(source, options) }
  } catch (error) {
    if (!(error instanceof StatementFault)) throw error
    return { ...refuse(error.code, error.message), position: error.position }
  }
}

async function checked(source: StatementSource, options: ReadStatementOptions): Promise<StatementFile> {
  const mapping = options.mapping === undefined ? undefined : readMapping(options.mapping)
  const pass = new Pass(source, mapping, options.bytesMax)
  const statements: StatementSummary[] = []
  const seen = new SeenStatements()
  let lines = 0
  for await (const events of pass.events())
    for (const event of events) {
      refuseLongIdentifications(event)
      if (event.kind === 'line') lines += 1
      else {
        seen.add(event.summary)
        statements.push(event.summary)
      }
    }
  if (statements.length === 0) throw new StatementFault('EMPTY_FILE', 'There is no statement in the file.', { line: 1 })
  const digest = pass.digest()
  const { format, skippedRows } = pass
  return {
    format,
    digest,
    statements,
    lines,
    skippedRows,
    read: () => linesOf(new Pass(source, mapping, options.bytesMax), digest),
  }
}

async function* linesOf(pass: Pass, digest: string): AsyncGenerator<StatementLine> {
  try {
    for await (const events of pass.events()) for (const event of events) if (event.kind === 'line') yield event.line
  } catch (error) {
    if (!(error instanceof StatementFault)) throw error
    throw new StatementFault('FILE_CHANGED', `The file is not what was checked: ${error.message}`, error.position)
  }
  if (pass.digest() !== digest) throw new StatementFault('FILE_CHANGED', 'The file is not what was checked.')
}

/** One reading of a source, from its first byte to its last. */
class Pass {
  readonly #source: StatementSource
  readonly #mapping: CsvMapping | undefined
  readonly #bytesMax: number
  readonly #hash = createHash('sha256')
  #format: StatementFormat = 'CSV'
  #skippedRows: number | undefined

  constructor(source: StatementSource, mapping: CsvMapping | undefined, bytesMax = FILE_BYTES_MAX) {
    this.#bytesMax = bytesMax
    this.#source = source
    this.#mapping = mapping
  }

  /** Known once there was an event. */
  get format(): StatementFormat {
    return this.#format
  }

  /** Known at the end. */
  get skippedRows(): number | undefined {
    return this.#skippedRows
  }

  digest(): string {
    return this.#hash.digest('hex')
  }

  async *events(): StatementEvents {
    const content = this.#hashed()
    try {
      if (this.#mapping === undefined) yield* this.#told(content)
      else
        yield* readCsv(content, this.#mapping, (rows) => {
          this.#skippedRows = rows
        })
    } finally {
      // A reader that ends early, or never began, leaves the source open.
      await content.return(undefined)
    }
  }

  /** By how the content begins. */
  async *#told(content: AsyncGenerator<Uint8Array>): StatementEvents {
    const [head, whole] = await withHead(content)
    if (UTF16.test(head))
      throw new StatementFault('ENCODING_INVALID', 'It is UTF-16: statements are UTF-8.', { line: 1 })
    if (CAMT.test(head))
      yield* readCamt(whole, (format) => {
        this.#format = format
      })
    else if (MT940.test(head)) {
      this.#format = 'MT940'
      yield* readMt940(whole)
    } else if (head === '') throw new StatementFault('EMPTY_FILE', 'The file is empty.', { line: 1 })
    else {
      const message = 'It begins neither as XML nor as MT940; CSV needs a mapping.'
      throw new StatementFault('FORMAT_UNKNOWN', message, { line: 1 })
    }
  }

  async *#hashed(): AsyncGenerator<Uint8Array> {
    let size = 0
    for await (const chunk of this.#source.open()) {
      size += chunk.length
      if (size > this.#bytesMax)
        throw new StatementFault('FILE_TOO_LARGE', `A file has ${this.#bytesMax} bytes at the most.`)
      this.#hash.update(chunk)
      yield chunk
    }
  }
}

/** Its byte order mark, or a first character of two bytes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the empty half of a character
const UTF16 = /^(?:\u00ff\u00fe|\u00fe\u00ff|\u0000[^\u0000]|[^\u0000]\u0000)/
const CAMT = /^[ \t\r\n]*</
/** A block, a field, or the lines that some banks put before them. */
const MT940 =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SWIFT's start of a message
  /^[ \t\r\n\u0001]*(?:-\s+)?(?:\{1:|(?:\{|\u00e4|\u00c3\u00a4)4:|:20:|:940:|940\s|0000 01|[A-Z0-9]{8}(?:[A-Z0-9]{3})?\r?\n(?::?940|:20:|\{))/

const HEAD_BYTES = 256

/** The beginning as text, without its byte order mark, and all of it again. */
async function withHead(content: AsyncGenerator<Uint8Array>): Promise<[string, AsyncIterable<Uint8Array>]> {
  const taken: Uint8Array[] = []
  let size = 0
  while (size < HEAD_BYTES) {
    const { value, done } = await content.next()
    if (done) break
    taken.push(value)
    size += value.length
  }
  const head = Buffer.concat(taken)
    .subarray(0, HEAD_BYTES)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* taken
    yield* content
  }
  return [head, whole()]
}
