import { shown } from '../amounts.ts'
import { StatementFault } from '../fault.ts'
import type { Position } from '../statement.ts'
import type { CsvMapping } from './mapping.ts'
import type { CsvRecord } from './records.ts'

export type ColumnName = keyof CsvMapping['columns'] | 'skipRows'

/** Where in a record the columns of the mapping are. */
export class Columns {
  readonly #at = new Map<ColumnName, number>()

  /** @param first the header, or the first record of a file without one. @throws StatementFault COLUMN_MISSING */
  constructor({ columns, skipRows, hasHeader }: CsvMapping, first: CsvRecord) {
    const names = first.cells.map((cell) => cell.trim())
    const named = { ...columns, skipRows: skipRows?.column }
    for (const [name, column] of Object.entries(named) as [ColumnName, string | number | undefined][]) {
      if (column === undefined) continue
      const at = typeof column === 'number' ? column - 1 : names.indexOf(column)
      const isTwice = typeof column === 'string' && names.lastIndexOf(column) !== at
      if (at < 0 || at >= names.length || isTwice) {
        const what = isTwice ? 'is there twice' : 'is not there'
        const where = hasHeader ? 'The header' : 'The first record'
        const message = `${where} has ${names.length} columns, and ${shown(String(column))} for ${name} ${what}.`
        throw new StatementFault('COLUMN_MISSING', message, { line: first.line })
      }
      this.#at.set(name, at)
    }
  }

  has(name: ColumnName): boolean {
    return this.#at.has(name)
  }

  /** Undefined where there is no such column, or nothing in it. */
  find(record: CsvRecord, name: ColumnName): string | undefined {
    const at = this.#at.get(name)
    const text = at === undefined ? undefined : record.cells[at]?.trim()
    return text === '' ? undefined : text
  }

  /** @throws StatementFault ELEMENT_MISSING */
  need(record: CsvRecord, name: ColumnName): string {
    const text = this.find(record, name)
    if (text !== undefined) return text
    throw new StatementFault('ELEMENT_MISSING', `The record has no ${name}.`, placeOf(record, name))
  }
}

export const placeOf = ({ line }: CsvRecord, name: ColumnName): Position => ({ line, path: name })
