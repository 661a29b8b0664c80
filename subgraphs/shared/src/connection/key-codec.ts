import { getTableName, is } from 'drizzle-orm'
import {
  PgBigInt53,
  PgBigInt64,
  type PgColumn,
  PgCustomColumn,
  PgDateString,
  PgInteger,
  PgText,
  PgTimestamp,
} from 'drizzle-orm/pg-core'
import { z } from 'zod'

/** Sorted texts are names and labels; a longer one would make a cursor that is too long to be sent back. */
export const TEXT_KEY_LENGTH_MAX = 300

/**
 * How a key travels in a cursor, and which values may come back: only those that PostgreSQL can compare with the
 * column. A cursor is whatever a client sends; a value out of range must be refused here, not fail in the database.
 */
export function keyCodec(column: PgColumn): z.ZodType {
  // Rows with a null key would be on no page: a comparison with null is never true.
  if (!column.notNull) throw new TypeError(`A list cannot be sorted by ${named(column)}: it may be null.`)
  if (is(column, PgText))
    return z
      .string()
      .max(TEXT_KEY_LENGTH_MAX)
      .regex(/^[^\0]*$/)
  if (is(column, PgInteger)) return z.int32()
  if (is(column, PgBigInt53)) return z.int()
  if (is(column, PgBigInt64)) return bigintKey
  if (is(column, PgTimestamp)) return instantKey(column)
  if (is(column, PgDateString)) return z.iso.date().refine((day) => day >= EARLIEST_DAY)
  if (is(column, PgCustomColumn) && column.getSQLType() === 'uuid') return idKey(column)
  throw new TypeError(`A list cannot be sorted by ${named(column)}: no cursor carries a ${column.getSQLType()}.`)
}

const named = (column: PgColumn): string => `${getTableName(column.table)}.${column.name}`

const bigintKey = z.codec(z.string().regex(/^-?\d{1,19}$/), z.int64(), {
  decode: (digits) => BigInt(digits),
  encode: (value) => value.toString(),
})

function instantKey(column: PgColumn & { readonly precision: number | undefined }) {
  // A Date has milliseconds. With microseconds in the column, a page would begin inside or behind its own last row.
  if (column.precision === undefined || column.precision > 3) {
    throw new TypeError(`A list cannot be sorted by ${named(column)}: give it { precision: 3 }.`)
  }
  return z.codec(z.iso.datetime(), z.date().min(EARLIEST), {
    decode: (text) => new Date(text),
    encode: (value) => value.toISOString(),
  })
}

/** PostgreSQL knows no year 0. */
const EARLIEST_DAY = '0001-01-01'
const EARLIEST = new Date(`${EARLIEST_DAY}T00:00:00.000Z`)

/** The column itself knows its prefix and refuses every other text. */
function idKey(column: PgColumn) {
  return z.string().refine((id) => {
    try {
      column.mapToDriverValue(id)
      return true
    } catch {
      return false
    }
  })
}
