import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, asc, eq, isNull, lt, sql } from 'drizzle-orm'
import { type FxQuoteRow, fxQuote } from './tables/fx-quote.ts'

export type FxQuote = Omit<FxQuoteRow, 'tenantId'>

/** False where the requester has used the key before: whoever was first has the quote. */
export async function insertFxQuote(tx: Db, quote: FxQuote): Promise<boolean> {
  const inserted = await tx
    .insert(fxQuote)
    .values(quote)
    .onConflictDoNothing({ target: [fxQuote.tenantId, fxQuote.requestedBy, fxQuote.idempotencyKey] })
    .returning({ id: fxQuote.id })
  return inserted.length === 1
}

export async function findFxQuoteByKey(
  db: Db,
  { requestedBy, idempotencyKey }: Pick<FxQuote, 'requestedBy' | 'idempotencyKey'>,
): Promise<FxQuote | undefined> {
  const [row] = await db
    .select()
    .from(fxQuote)
    .where(and(eq(fxQuote.requestedBy, requestedBy), eq(fxQuote.idempotencyKey, idempotencyKey)))
  return row
}

const quotesByIds = preparedFor((db) =>
  db.select().from(fxQuote).where(amongIds(fxQuote.id)).prepare('fx quotes by id'),
)

/** Those that exist, in any order. */
export const findFxQuotes = (db: Db, ids: readonly Id<'fxq'>[]): Promise<FxQuote[]> =>
  quotesByIds(db).execute({ ids: ids.map(toUuid) })

/** Locks it until the end of the transaction, so that it is used once. */
export async function lockFxQuote(tx: Tx, id: Id<'fxq'>): Promise<FxQuote | undefined> {
  const [row] = await tx.select().from(fxQuote).where(eq(fxQuote.id, id)).for('no key update')
  return row
}

export async function markFxQuoteUsed(tx: Tx, id: Id<'fxq'>, usedFor: string, usedAt: Date): Promise<void> {
  await tx.update(fxQuote).set({ usedFor, usedAt }).where(eq(fxQuote.id, id))
}

/**
 * Removes quotes of any tenant that were not used and expired before `before`, the eldest first.
 * @returns how many, `limit` at the most
 */
export async function pruneFxQuotes(system: Db, before: Date, limit: number): Promise<number> {
  const eldest = system
    .select({ tenantId: fxQuote.tenantId, id: fxQuote.id })
    .from(fxQuote)
    .where(and(isNull(fxQuote.usedAt), lt(fxQuote.expiresAt, before)))
    .orderBy(asc(fxQuote.expiresAt))
    .limit(limit)
    // Another process may be at it, or somebody may look at a quote that has long expired.
    .for('update', { skipLocked: true })
  const removed = await system
    .delete(fxQuote)
    .where(sql`(${fxQuote.tenantId}, ${fxQuote.id}) in ${eldest}`)
    .returning({ id: fxQuote.id })
  return removed.length
}
