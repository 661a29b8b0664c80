import { type SQL, sql } from 'drizzle-orm'

/** The values of one column as text, and what they are. */
type Column = {
  readonly type: 'uuid' | 'text' | 'boolean' | 'int' | 'bigint' | 'numeric' | 'float8' | 'timestamptz'
  readonly values: readonly (string | null)[]
}

/**
 * `unnest($1::text[]::uuid[], $2::text[]::bigint[], …)`: any number of rows as one parameter a column, so that a
 * statement has the same text and no parameter limit whatever the batch. They travel as arrays of text, one of the two
 * kinds that `array-types.ts` declares.
 */
export function unnested(...columns: readonly Column[]): SQL {
  const arrays = columns.map(({ type, values }) => sql`${sql.param(values)}::text[]::${sql.raw(type)}[]`)
  return sql`unnest(${sql.join(arrays, sql`, `)})`
}

/** A number or null as `unnested` takes it: JavaScript writes the shortest text that reads back as the same number. */
export const asText = (value: number | null): string | null => (value === null ? null : String(value))
