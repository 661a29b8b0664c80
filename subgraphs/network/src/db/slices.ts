import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { preparedPages } from '@carriergraph/shared/connection/prepared-pages.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { placeholderFor } from '@carriergraph/shared/placeholder.ts'
import { and, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import { SD_MAX, type SliceServiceType } from '../domain/s-nssai.ts'
import { sdCounters, slices } from './tables/slices.ts'

export type Slice = Omit<typeof slices.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(slices)

export const newestSlices = ordering({
  name: 'slices, newest',
  direction: 'desc',
  by: { createdAt: slices.createdAt, id: slices.id },
})

export const newestSlicesOfUser = ordering({ ...newestSlices, name: 'slices of a user, newest' })

export const slicePages = preparedPages(newestSlices, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(slices)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

/** The same list with one owner's slices only; `values` are `{ ownerId }`. */
export const ownSlicePages = preparedPages(newestSlices, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(slices)
    .where(and(eq(slices.ownerId, placeholderFor(slices.ownerId, 'ownerId')), where))
    .orderBy(...orderBy)
    .limit(limit),
)

export const slicesOfUsers = pagesByParent(newestSlicesOfUser, slices.ownerId, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(slices)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) => db.select(columns).from(slices).where(amongIds(slices.id)).prepare('slices_by_ids'))

export const slicesByIds = (db: Db, ids: readonly Id<'slc'>[]): Promise<Slice[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

/** The slice, held until the transaction ends: whoever records samples of the same slice waits. */
export async function lockSlice(tx: Tx, id: Id<'slc'>): Promise<Slice | null> {
  const [slice] = await tx.select(columns).from(slices).where(eq(slices.id, id)).for('no key update')
  return slice ?? null
}

/**
 * Holds the key of an order until the transaction ends: the same order, sent at the same time, waits here, before it
 * takes a differentiator that it would not use.
 */
export async function lockOrder(tx: Tx, orderedBy: string, idempotencyKey: string): Promise<void> {
  const name = JSON.stringify(['slice order', orderedBy, idempotencyKey])
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(current_setting('app.tenant') || ${name}::text, 0))`,
  )
}

/**
 * Takes the next slice differentiator of a service type; the next one who asks waits until the transaction ends. Null
 * where all of them are taken.
 */
export async function takeSd(tx: Tx, serviceType: SliceServiceType): Promise<number | null> {
  const [counter] = await tx
    .insert(sdCounters)
    .values({ serviceType, lastSd: 1 })
    .onConflictDoUpdate({
      target: [sdCounters.tenantId, sdCounters.serviceType],
      set: { lastSd: sql`${sdCounters.lastSd} + 1` },
      setWhere: lt(sdCounters.lastSd, SD_MAX),
    })
    .returning({ sd: sdCounters.lastSd })
  return counter?.sd ?? null
}

export async function insertSlice(tx: Tx, slice: Slice): Promise<void> {
  await tx.insert(slices).values(slice)
}

/** What was ordered under a key before. */
export async function findOrdered(tx: Tx, orderedBy: string, idempotencyKey: string): Promise<Slice | null> {
  const [slice] = await tx
    .select(columns)
    .from(slices)
    .where(and(eq(slices.orderedBy, orderedBy), eq(slices.idempotencyKey, idempotencyKey)))
  return slice ?? null
}
