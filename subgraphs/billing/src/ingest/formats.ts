import { csvCells, jsonObject, type RecordFault } from '@carriergraph/shared/command/files/records.ts'
import type { Format } from '@carriergraph/shared/command/files/source.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { CdrFields } from '../domain/cdr.ts'

/** Why a line has no fields. */
export type FormatFault = RecordFault | 'COLUMN_COUNT'

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

function jsonFields(text: string): Outcome<CdrFields, FormatFault> {
  const object = jsonObject(text)
  if (!object.ok) return object
  const { recordId, msisdn, usageType, quantity, startedAt }: Partial<CdrFields> = object.value
  return ok({ recordId, msisdn, usageType, quantity, startedAt })
}

const COLUMN_COUNT = Object.keys(CSV_COLUMNS).length

const isColumn = (field: string): field is keyof typeof CSV_COLUMNS => Object.hasOwn(CSV_COLUMNS, field)
