import { refuse } from '@carriergraph/shared/outcome.ts'
import { type CdrFault, readCdr } from '../domain/cdr.ts'
import type { Usage } from '../domain/usage.ts'
import { IngestFault } from './fault.ts'
import { CSV_HEADER, type FormatFault, type Format, fieldsOf, isHeader } from './formats.ts'
import { LINE_BYTES_MAX, type LineFault, readLines } from './lines.ts'

/** What a line of a CDR file turned out to be. */
export type CdrLine =
  | { readonly kind: 'record'; readonly number: number; readonly text: string; readonly usage: Usage }
  | FaultyLine
  | { readonly kind: 'blank'; readonly number: number }

export type FaultyLine = {
  readonly kind: 'faulty'
  readonly number: number
  /** Empty where the line is no text. */
  readonly text: string
  readonly code: CdrFault | FormatFault | LineFault
  readonly message: string
  /** The field at fault, where it is one. */
  readonly field?: string
}

/**
 * Reads a file's content line by line, those of a chunk together. A line at fault costs only itself.
 * @throws IngestFault EMPTY_FILE or WRONG_HEADER before the first line
 */
export async function* readCdrLines(
  content: AsyncIterable<Uint8Array>,
  format: Format,
  now: Date,
): AsyncGenerator<readonly CdrLine[]> {
  let isHeaderDue = format === 'csv'
  let isEmpty = true
  for await (const lines of readLines(content)) {
    isEmpty = false
    if (isHeaderDue) refuseWrongHeader(lines[0])
    yield lines.slice(isHeaderDue ? 1 : 0).map((line) => readLine(line, format, now))
    isHeaderDue = false
  }
  if (isEmpty) throw new IngestFault('EMPTY_FILE', 'The file is empty.')
}
