import { type Param, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { placeholderFor } from '../placeholder.ts'
import type { Keys, Ordering } from './ordering.ts'
import type { Page } from './page.ts'

/** The parts of a statement that make a page of it: `.where(where).orderBy(...orderBy).limit(limit)`. */
export type Keyset = {
  readonly where: SQL | undefined
  readonly orderBy: SQL[]
  /** One row more than was asked for: it says whether there is a next page. */
  readonly limit: number | Placeholder
}

/** For a statement that is built for this page alone, such as one with changing filters. */
export function keyset<K extends Keys>({ order, first, after }: Page<K>): Keyset {
  const where = after && behind(order, (key, column) => sql.param(after[key], column))
  return { where, orderBy: orderBy(order), limit: first + 1 }
}

/** The first page and those behind a cursor are two statements: with an OR in one, neither would use the index. */
export type Position = 'first' | 'next'

/** For a statement that is prepared once and run with `keysetValues(page)`. */
export function keysetPlaceholders(order: Ordering, position: Position): Keyset {
  const where = position === 'next' ? behind(order, (key, column) => placeholderFor(column, afterName(key))) : undefined
  return { where, orderBy: orderBy(order), limit: sql.placeholder('limit') }
}

export const positionOf = ({ after }: Page): Position => (after === undefined ? 'first' : 'next')

export function keysetValues<K extends Keys>({ order, first, after }: Page<K>): Record<string, unknown> {
  const keys = after === undefined ? [] : Object.keys(order.by).map((key) => [afterName(key), after[key]])
  return { limit: first + 1, ...Object.fromEntries(keys) }
}

const afterName = (key: string): string => `after_${key}`

/** A row comparison, not a chain of ORs: PostgreSQL turns it into one range of the index. */
function behind<K extends Keys>(order: Ordering<K>, value: (key: string, column: PgColumn) => Param): SQL {
  const columns = Object.values(order.by).map((column) => sql`${column}`)
  const values = Object.entries(order.by).map(([key, column]) => sql`${value(key, column)}`)
  const operator = sql.raw(order.direction === 'asc' ? '>' : '<')
  return sql`(${sql.join(columns, sql`, `)}) ${operator} (${sql.join(values, sql`, `)})`
}

const orderBy = (order: Ordering): SQL[] =>
  Object.values(order.by).map((column) => sql`${column} ${sql.raw(order.direction)}`)
