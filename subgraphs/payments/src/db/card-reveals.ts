import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { and, count, eq, gt, sql } from 'drizzle-orm'
import { cardReveal } from './tables/card-reveal.ts'

export type CardReveal = {
  readonly id: Id<'rvl'>
  readonly cardId: Id<'card'>
  readonly actor: string
  readonly reason: string
  readonly revealedAt: Date
}

/** The actor's reveals since then. Those of one actor stand in line until the transaction ends, so that none is overlooked. */
export async function countRevealsOf(tx: Tx, actor: string, since: Date): Promise<number> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended('reveals of ' || current_setting('app.tenant') || ${actor}, 0))`,
  )
  const [row] = await tx
    .select({ reveals: count() })
    .from(cardReveal)
    .where(and(eq(cardReveal.actor, actor), gt(cardReveal.revealedAt, since)))
  return row?.reveals ?? 0
}

export async function insertReveal(tx: Tx, reveal: CardReveal): Promise<void> {
  await tx.insert(cardReveal).values(reveal)
}
