import { type Column, getTableColumns, type InferInsertModel, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Tx } from './pools.ts'

type Row<Table extends PgTable, Key extends keyof Table['_']['columns']> = Pick<
  Required<InferInsertModel<Table>>,
  Key & keyof InferInsertModel<Table>
>

/** Rows of some of a table's columns, as one parameter. */
export type Recordset<Row> = {
  /** The columns' names, as in `insert into table (…)`, in the order of `from`. */
  readonly names: SQL
  /** What stands behind `from`: the rows in their order, under the name `given`. */
  from(rows: readonly Row[]): SQL
}

/**
 * Any number of rows as one parameter, so that a statement has one text whatever the batch: it is parsed once for each
 * connection, and Drizzle builds nothing for each value. They travel as JSON, in which what is no text is text as well,
 * so that no digit is lost.
 */
export function recordsetOf<Table extends PgTable, Key extends keyof Table['_']['columns'] & string>(
  table: Table,
  keys: readonly Key[],
): Recordset<Row<Table, Key>> {
  const columns = keys.map((key) => [key, getTableColumns(table)[key] as Column] as const)
  // Written once: Drizzle walks over every part of a statement each time.
  const names = columns.map(([, { name }]) => `"${name}"`).join(', ')
  const typed = columns.map(([, column]) => `"${column.name}" ${column.getSQLType()}`).join(', ')
  const head = sql.raw(`::text::json) as (${typed})) with ordinality limit `)
  const tail = sql.raw(`::int) as given (${names}, place)`)
  const toJson = (row: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(columns.map(([key, column]) => [column.name, jsonOf(column, row[key])]))
  return {
    names: sql.raw(names),
    from(rows) {
      const json = JSON.stringify(rows.map(toJson))
      // The limit is an estimate: without one the planner takes them for a hundred, and reads a table from end to end for them
      // that has a thousand rows. What it has planned it keeps, until the table's statistics are taken.
      return sql`(select * from rows from (json_to_recordset(${json}${head}${rows.length}${tail}`
    },
  }
}

/** For `insertRows(tx, rows)`, where the columns that are not among `keys` have their defaults. */
export function insertionOf<Table extends PgTable, Key extends keyof Table['_']['columns'] & string>(
  table: Table,
  keys: readonly Key[],
): (tx: Tx, rows: readonly Row<Table, Key>[]) => Promise<void> {
  const { names, from } = recordsetOf(table, keys)
  return async (tx, rows) => {
    await tx.execute(sql`insert into ${table} (${names}) select ${names} from ${from(rows)} order by place`)
  }
}

function jsonOf(column: Column, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (column.columnType === 'PgJsonb' || column.columnType === 'PgArray') return value
  const written: unknown = column.mapToDriverValue(value)
  return typeof written === 'bigint' ? String(written) : written
}
