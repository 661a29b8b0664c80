import type { Db, TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, asc, count, eq, gt, inArray, isNull, ne, or, sql } from 'drizzle-orm'
import type { SealedNumber } from './cards.ts'
import { card } from './tables/card.ts'

/** What cards should be under. */
export type KeysInUse = { readonly dataKeyId: Id<'vdk'>; readonly lookupKeyId: string }

/** A card whose number is under another key than it should be. */
export type StaleCard = SealedNumber & { readonly id: Id<'card'>; readonly ownerId: Id<'usr'> }

const isStale = ({ dataKeyId, lookupKeyId }: KeysInUse) =>
  and(isNull(card.removedAt), or(ne(card.dataKeyId, dataKeyId), ne(card.lookupKeyId, lookupKeyId)))

export async function countStaleCards(db: Db, inUse: KeysInUse): Promise<number> {
  const [row] = await db.select({ cards: count() }).from(card).where(isStale(inUse))
  return row?.cards ?? 0
}

/** Up to `limit` of them, oldest first, behind the card `after`. */
export async function findStaleCards(
  db: TenantDb,
  inUse: KeysInUse,
  { after, limit }: { readonly after: Id<'card'> | undefined; readonly limit: number },
): Promise<StaleCard[]> {
  const rows = await db
    .select({
      id: card.id,
      ownerId: card.ownerId,
      dataKeyId: sql<Id<'vdk'>>`${card.dataKeyId}`.mapWith(card.dataKeyId),
      sealed: sql<Uint8Array>`${card.sealed}`,
      lookupKeyId: sql<string>`${card.lookupKeyId}`,
      fingerprint: sql<Uint8Array>`${card.fingerprint}`,
    })
    .from(card)
    .where(and(isStale(inUse), after && gt(card.id, after)))
    .orderBy(asc(card.id))
    .limit(limit)
  return rows.map(({ lookupKeyId, fingerprint, ...row }) => ({ ...row, fingerprint: { lookupKeyId, fingerprint } }))
}

/** Locks those of these cards that are as they were read, in one order, so that two jobs do not wait for one another in a ring. */
export async function lockUnchanged(tx: Tx, cards: readonly StaleCard[]): Promise<ReadonlySet<Id<'card'>>> {
  if (cards.length === 0) return new Set()
  const rows = await tx
    .select({ id: card.id, dataKeyId: card.dataKeyId, lookupKeyId: card.lookupKeyId })
    .from(card)
    .where(
      inArray(
        card.id,
        cards.map(({ id }) => id),
      ),
    )
    .orderBy(asc(card.id))
    .for('no key update')
  const read = new Map(cards.map((stale) => [stale.id, stale]))
  const unchanged = rows.filter(({ id, dataKeyId, lookupKeyId }) => {
    const before = read.get(id)
    return before?.dataKeyId === dataKeyId && before.fingerprint.lookupKeyId === lookupKeyId
  })
  return new Set(unchanged.map(({ id }) => id))
}

/** Puts a card's number under other keys. The card itself does not change, so no event tells of it. */
export async function replaceSealedNumber(
  tx: Tx,
  id: Id<'card'>,
  { fingerprint, ...number }: SealedNumber,
): Promise<void> {
  await tx
    .update(card)
    .set({ ...number, ...fingerprint })
    .where(eq(card.id, id))
}
