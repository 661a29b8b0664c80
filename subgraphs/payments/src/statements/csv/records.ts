import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { StatementFault, type StatementFaultCode } from '../fault.ts'
import type { Position } from '../statement.ts'
import { decode, refuseControls } from '../text.ts'
import { COLUMNS_MAX, type CsvMapping } from './mapping.ts'

/** A record with the line in which it ends: a quoted value may have line ends in it. */
export type CsvRecord = { readonly cells: readonly string[]; readonly line: number }

const RECORD_CHARACTERS_MAX = 64 * 1024
/** Records in one step of the generator. */
const BATCH_RECORDS = 500

/**
 * Reads RFC 4180 with the delimiter of the mapping; lines end with LF, CRLF or CR, and empty ones are skipped, as are records of
 * nothing but empty values, which tables have below what was written into them.
 * @throws StatementFault COLUMN_COUNT, QUOTE_NOT_CLOSED, QUOTE_MISPLACED, LINE_TOO_LONG, CHARACTER_NOT_ALLOWED or
 * ENCODING_INVALID
 */
export async function* readRecords(
  content: AsyncIterable<Uint8Array>,
  { delimiter, encoding, skipLines, footer }: CsvMapping,
): AsyncGenerator<readonly CsvRecord[]> {
  const options = {
    delimiter,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: RECORD_CHARACTERS_MAX,
    // A CR that ended no record would put the next one behind it, in columns that nobody reads.
    record_delimiter: ['\r\n', '\n', '\r'],
    info: true,
    // What stands behind the table has columns of its own.
    relax_column_count: footer !== undefined,
  }
  // The callback only keeps an error from being thrown twice: iterating the parser throws it as well.
  const parser = pipeline(
    Readable.from(behindLines(decode(content, encoding), skipLines)),
    parse(options),
    () => undefined,
  )
  let records: CsvRecord[] = []
  let columns: number | undefined
  let isBehind = false
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      const line = skipLines + info.lines
      if (record.length > COLUMNS_MAX)
        throw new StatementFault('COLUMN_COUNT', `A record has ${COLUMNS_MAX} columns at the most.`, { line })
      columns ??= record.length
      const isWhole = record.length === columns
      // One of the table may begin so as well. The rest is read, as the digest is that of the file.
      isBehind ||= footer !== undefined && !isWhole && record[0]?.startsWith(footer) === true
      if (isBehind && !isWhole) continue
      // Of exports that were joined, the second table would be lost.
      if (isBehind) throw new StatementFault('COLUMN_COUNT', 'A record stands behind the table.', { line })
      if (!isWhole) throw new StatementFault(...COLUMN_COUNT, { line })
      for (const cell of record) refuseControls(cell, { line })
      if (records.push({ cells: record, line }) < BATCH_RECORDS) continue
      yield records
      records = []
    }
  } catch (error) {
    throw error instanceof CsvError ? faultOf(error, skipLines) : error
  }
  yield records
}

/** What a bank writes before its table is no CSV: its quotes mean nothing. */
async function* behindLines(texts: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let left = count
  for await (const text of texts) {
    let start = 0
    for (; left > 0; left -= 1) {
      const end = text.indexOf('\n', start)
      start = end === -1 ? text.length : end + 1
      if (end === -1) break
    }
    yield text.slice(start)
  }
}

function faultOf(error: CsvError, skipped: number): Error {
  const known = FAULTS[error.code]
  if (known === undefined) return error
  const position: Position = { line: skipped + Number(error.lines) }
  return new StatementFault(...known, position)
}

const COLUMN_COUNT = ['COLUMN_COUNT', 'The record has not as many columns as the first one.'] as const

const FAULTS: Readonly<Partial<Record<string, readonly [StatementFaultCode, string]>>> = {
  CSV_QUOTE_NOT_CLOSED: ['QUOTE_NOT_CLOSED', 'A quote is opened and not closed.'],
  CSV_INVALID_CLOSING_QUOTE: ['QUOTE_MISPLACED', 'A closing quote is followed by more text.'],
  INVALID_OPENING_QUOTE: ['QUOTE_MISPLACED', 'A quote stands inside a value; a quoted value doubles the quotes in it.'],
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: COLUMN_COUNT,
  CSV_MAX_RECORD_SIZE: ['LINE_TOO_LONG', `A record has ${RECORD_CHARACTERS_MAX} characters at the most.`],
}
