import type { Subquery } from 'drizzle-orm'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { type Keyset, keysetPlaceholders, keysetValues, positionOf } from './keyset.ts'
import type { Keys, Ordering } from './ordering.ts'
import type { Page } from './page.ts'

/** What a Drizzle select is to this folder. */
export type PageQuery<Row> = {
  prepare(name: string): { execute(values: Record<string, unknown>): Promise<Row[]> }
  as(alias: string): Subquery
}

/** Builds the select of a list. The list's own conditions go beside `where`: `.where(and(where, eq(…)))`. */
export type BuildPage<Row> = (db: Db, page: Keyset) => PageQuery<Row>

/**
 * A list whose statements are built once per database handle. `values` are those of the query's own placeholders.
 *
 *     const slicePages = preparedPages(newest, (db, { where, orderBy, limit }) =>
 *       db.select().from(slices).where(where).orderBy(...orderBy).limit(limit))
 *     toConnection(await slicePages(db, page), page)
 */
export function preparedPages<K extends Keys, Row>(order: Ordering<K>, build: BuildPage<Row>) {
  const prepare = (position: 'first' | 'next') =>
    preparedFor((db) => build(db, keysetPlaceholders(order, position)).prepare(`${order.name}, ${position}`))
  const statements = { first: prepare('first'), next: prepare('next') }
  return (db: Db, page: Page<K>, values: Record<string, unknown> = {}): Promise<Row[]> =>
    statements[positionOf(page)](db).execute({ ...values, ...keysetValues(page) })
}
