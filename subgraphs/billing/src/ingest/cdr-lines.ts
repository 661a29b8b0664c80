import { FileFault } from '@carriergraph/shared/command/files/fault.ts'
import { LINE_BYTES_MAX, type Line, type LineFault, readLines } from '@carriergraph/shared/command/files/lines.ts'
import type { Format } from '@carriergraph/shared/command/files/source.ts'
import { type CdrFault, readCdr } from '../domain/cdr.ts'
import type { ChargeRefusal } from '../domain/charging.ts'
import type { Usage } from '../domain/usage.ts'
import { CSV_HEADER, type FormatFault, fieldName, fieldsOf, isHeader } from './formats.ts'

/** What a line of a CDR file turned out to be, and where it ends in it. */
export type CdrLine = Pick<Line, 'end'> & (RecordLine | FaultyLine | { readonly kind: 'blank' })

export type RecordLine = {
  readonly kind: 'record'
  readonly number: number
  readonly text: string
  readonly usage: Usage
}

/** A line that cannot be charged. */
export type FaultyLine = {
  readonly kind: 'faulty'
  /** From 1, the header included. */
  readonly number: number
  /** Empty where the line is no text. */
  readonly text: string
  readonly code: CdrLineFault | ChargeRefusal
  readonly message: string
  /** The field at fault as the file names it, where it is one. */
  readonly field?: string
}

/** What is wrong with a line by itself, whatever the accounts are. */
export type CdrLineFault = CdrFault | FormatFault | LineFault

/**
 * Reads a file's content line by line, those of a chunk together. A line at fault costs only itself.
 * @param clock asked once a chunk, for what is in the future
 * @throws FileFault EMPTY_FILE, or WRONG_HEADER before the first record
 */
export async function* readCdrLines(
  content: AsyncIterable<Uint8Array>,
  format: Format,
  clock: () => Date,
): AsyncGenerator<readonly CdrLine[]> {
  let isHeaderDue = format === 'csv'
  let isEmpty = true
  for await (const lines of readLines(content)) {
    const now = clock()
    if (isHeaderDue) refuseWrongHeader(lines[0])
    yield lines.slice(isHeaderDue ? 1 : 0).map((line) => readLine(line, format, now))
    isHeaderDue = false
    isEmpty = false
  }
  if (isEmpty) throw new FileFault('EMPTY_FILE', 'The file is empty.')
}

function refuseWrongHeader(first: Line | undefined): void {
  if (first === undefined || 'fault' in first || !isHeader(first.text))
    throw new FileFault('WRONG_HEADER', `The first line is not the header ${CSV_HEADER}`)
}

function readLine(line: Line, format: Format, now: Date): CdrLine {
  const { number, end } = line
  if ('fault' in line)
    return { kind: 'faulty', number, end, text: '', code: line.fault, message: LINE_FAULTS[line.fault] }
  const { text } = line
  if (text.trim() === '') return { kind: 'blank', end }
  const faulty = (code: CdrLineFault, message: string, field?: string): CdrLine => {
    const place = field === undefined ? {} : { field: fieldName(format, field) }
    return { kind: 'faulty', number, end, text, code, message, ...place }
  }
  const fields = fieldsOf[format](text)
  if (!fields.ok) return faulty(fields.code, fields.message)
  const usage = readCdr(fields.value, now)
  return usage.ok
    ? { kind: 'record', number, end, text, usage: usage.value }
    : faulty(usage.code, usage.message, usage.field?.[0])
}

const LINE_FAULTS: Readonly<Record<LineFault, string>> = {
  LINE_TOO_LONG: `A line has ${LINE_BYTES_MAX} bytes at the most.`,
  INVALID_UTF8: 'The line is not UTF-8.',
}
