import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import type { CdrFields } from '../domain/cdr.ts'

/** Why a line has no fields. */
export type FormatFault =
  | 'QUOTE_NOT_CLOSED'
  | 'QUOTE_MISPLACED'
  | 'COLUMN_COUNT'
  | 'JSON_INVALID'
  | 'JSON_NOT_AN_OBJECT'

export const FORMATS = ['csv', 'ndjson'] as const
export type Format = (typeof FORMATS)[number]

/** The columns of a CSV file in their order; its first line names them. */
export const CSV_COLUMNS = {
  recordId: 'record_id',
  msisdn: 'msisdn',
  usageType: 'usage_type',
  quantity: 'quantity',
  startedAt: 'started_at',
} as const satisfies Record<keyof CdrFields, string>

export const CSV_HEADER = Object.values(CSV_COLUMNS).join(',')

/** Reads one line of a file into the fields of a record. */
export type FieldsOf = (text: string) => Outcome<CdrFields, FormatFault>

export const fieldsOf: Readonly<Record<Format, FieldsOf>> = { csv: csvFields, ndjson: jsonFields }

/** How a field is called in a file of that format. */
export const fieldName = (format: Format, field: string): string =>
  format === 'csv' && isColumn(field) ? CSV_COLUMNS[field] : field

/** Whether the first line of a CSV file is its header; the names may be quoted. */
export function isHeader(text: string): boolean {
  const cells = csvCells(text)
  return cells.ok && cells.value.join(',') === CSV_HEADER
}

/**
 * One line is one record: a quote that is not closed costs its line, where a reader of whole files would take the rest
 * of the file for one value.
 */
function csvFields(text: string): Outcome<CdrFields, FormatFault> {
  const cells = csvCells(text)
  if (!cells.ok) return cells
  const [recordId, msisdn, usageType, quantity, startedAt] = cells.value
  if (cells.value.length !== COLUMN_COUNT)
    return refuse('COLUMN_COUNT', `The line has ${cells.value.length} columns instead of ${COLUMN_COUNT}.`)
  return ok({ recordId, msisdn, usageType, quantity, startedAt })
}

function csvCells(text: string): Outcome<string[], 'QUOTE_NOT_CLOSED' | 'QUOTE_MISPLACED'> {
  // Nearly every line; setting the parser up costs twenty times this.
  if (!text.includes('"')) return ok(text.split(','))
  try {
    const [cells = []] = parse(text, { relax_column_count: true, record_delimiter: '\n' })
    return ok(cells)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') return refuse('QUOTE_NOT_CLOSED', 'A quote is opened and not closed.')
    return refuse('QUOTE_MISPLACED', 'A quote stands inside a value; a quoted value doubles the quotes in it.')
  }
}

function jsonFields(text: string): Outcome<CdrFields, FormatFault> {
  const value = parsedJson(text)
  if (value === undefined) return refuse('JSON_INVALID', 'The line is no JSON.')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('JSON_NOT_AN_OBJECT', 'The line is JSON, but no object.')
  const { recordId, msisdn, usageType, quantity, startedAt }: Partial<CdrFields> = value
  return ok({ recordId, msisdn, usageType, quantity, startedAt })
}

/** undefined, which no JSON text stands for, where the text is none. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const COLUMN_COUNT = Object.keys(CSV_COLUMNS).length

const isColumn = (field: string): field is keyof typeof CSV_COLUMNS => Object.hasOwn(CSV_COLUMNS, field)
