import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'
import { keysetPlaceholders, keysetValues, type Position, positionOf } from './keyset.ts'
import type { Keys, Ordering } from './ordering.ts'
import type { Page } from './page.ts'
import type { BuildPage } from './prepared-pages.ts'

// Names that no table or column has: an inner table called like the parents would silently take their place.
const PARENT = 'page_parent'
const PARENT_ID = 'page_parent_id'
const PAGE = 'page_of_parent'
const parentId = sql.identifier(PARENT_ID)

/**
 * The same page of many parents' lists in one statement: a lateral join runs the page's select once per parent, each
 * time a short range of the index `(tenant_id, parent, …by)`. (A window function would number every child of every
 * parent before throwing all but a page away.) `parent` is the children's column that holds the parent's id; where a
 * child can belong to a parent in another way, `belongs` says how. The select must include the ordering's columns
 * under their own names.
 *
 *     const slicesOfUsers = pagesByParent(newest, slices.ownerId, (db, { where, orderBy, limit }) =>
 *       db.select().from(slices).where(where).orderBy(...orderBy).limit(limit))
 */
export function pagesByParent<K extends Keys, Column extends PgColumn, Row>(
  order: Ordering<K>,
  parent: Column,
  build: BuildPage<Row>,
  belongs: (parentId: SQL) => SQL | undefined = (id) => eq(parent, id),
) {
  type Parent = Column['_']['data']
  type Joined = { [PARENT]: { id: Parent }; [PAGE]: Row }
  const prepare = (position: Position) =>
    preparedFor((db) => {
      const keyset = keysetPlaceholders(order, position)
      const parents = db
        .select({ id: sql`${parentId}`.mapWith(parent).as(PARENT_ID) })
        .from(givenParents(parent))
        .as(PARENT)
      const where = and(belongs(sql`${sql.identifier(PARENT)}.${parentId}`), keyset.where)
      const page = build(db, { ...keyset, where }).as(PAGE)
      return db
        .select()
        .from(parents)
        .crossJoinLateral(page)
        .orderBy(...orderOfPage(order))
        .prepare(`${order.name} by parent, ${position}`)
    })
  const statements = { first: prepare('first'), next: prepare('next') }

  return async (db: Db, parents: readonly Parent[], page: Page<K>): Promise<Map<Parent, Row[]>> => {
    const ids = parents.map((id) => parent.mapToDriverValue(id))
    const rows = await statements[positionOf(page)](db).execute({ parents: ids, ...keysetValues(page) })
    const pages = new Map<Parent, Row[]>(parents.map((id) => [id, []]))
    for (const row of rows as Joined[]) pages.get(row[PARENT].id)?.push(row[PAGE])
    return pages
  }
}

const givenParents = (parent: PgColumn): SQL =>
  sql`unnest(${sql.placeholder('parents')}::${sql.raw(parent.getSQLType())}[]) as given (${parentId})`

/** The join may give the pages in any order, and promises none within a page either. */
const orderOfPage = (order: Ordering): SQL[] =>
  Object.values(order.by).map(
    (column) => sql`${sql.identifier(PAGE)}.${sql.identifier(column.name)} ${sql.raw(order.direction)}`,
  )
