import { CsvError } from 'csv-parse'
import { parse } from 'csv-parse/sync'
import { type Outcome, ok, refuse } from '../../outcome.ts'

/** Why a line is no record, whatever its fields are. */
export type RecordFault = 'QUOTE_NOT_CLOSED' | 'QUOTE_MISPLACED' | 'JSON_INVALID' | 'JSON_NOT_AN_OBJECT'

/** The cells of one line of CSV. */
export function csvCells(text: string): Outcome<string[], RecordFault> {
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

/** The object that a line of JSON stands for. */
export function jsonObject(text: string): Outcome<object, RecordFault> {
  const value = parsedJson(text)
  if (value === undefined) return refuse('JSON_INVALID', 'The line is no JSON.')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('JSON_NOT_AN_OBJECT', 'The line is JSON, but no object.')
  return ok(value)
}

/** undefined, which no JSON text stands for, where the text is none. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
