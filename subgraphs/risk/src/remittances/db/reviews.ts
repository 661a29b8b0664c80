import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, isNull } from 'drizzle-orm'
import { type RemittanceReviewRow, remittanceReview } from '../../db/tables/remittance-review.ts'
import type { StoredDecision } from '../../db/tables/review-columns.ts'

/** Whoever has waited longest comes first. */
export const longestWaitingRemittances = ordering({
  name: 'reviews of remittances by longest waiting',
  direction: 'asc',
  by: { heldAt: remittanceReview.heldAt, remittanceId: remittanceReview.remittanceId },
})

/** One row more than the page has, as `toConnection` wants it. */
export function listRemittanceReviews(
  db: Db,
  page: Page<typeof longestWaitingRemittances.by>,
  { isOpen }: { readonly isOpen: boolean },
): Promise<RemittanceReviewRow[]> {
  const { where, orderBy, limit } = keyset(page)
  const open = and(isNull(remittanceReview.decision), isNull(remittanceReview.withdrawnAt))
  return db
    .select()
    .from(remittanceReview)
    .where(and(isOpen ? open : undefined, where))
    .orderBy(...orderBy)
    .limit(limit)
}

const byRemittances = preparedFor((db) =>
  db
    .select()
    .from(remittanceReview)
    .where(amongIds(remittanceReview.remittanceId))
    .prepare('remittance_reviews_by_remittances'),
)

export const findRemittanceReviews = (db: Db, ids: readonly Id<'rem'>[]): Promise<RemittanceReviewRow[]> =>
  byRemittances(db).execute({ ids: ids.map(toUuid) })

/** The review, held until the transaction ends. */
export async function lockRemittanceReview(tx: Tx, id: Id<'rem'>): Promise<RemittanceReviewRow | null> {
  const [row] = await tx
    .select()
    .from(remittanceReview)
    .where(eq(remittanceReview.remittanceId, id))
    .for('no key update')
  return row ?? null
}

type Opened = Pick<RemittanceReviewRow, 'remittanceId' | 'assessmentId' | 'heldAt'>

/** A remittance is held for review once: what is there stays as it is. */
export async function openRemittanceReview(tx: Tx, opened: Opened): Promise<void> {
  await tx.insert(remittanceReview).values(opened).onConflictDoNothing()
}

export async function updateRemittanceDecision(
  tx: Tx,
  review: RemittanceReviewRow,
  decision: StoredDecision,
): Promise<RemittanceReviewRow> {
  await tx.update(remittanceReview).set(decision).where(eq(remittanceReview.remittanceId, review.remittanceId))
  return { ...review, ...decision }
}

/** Does nothing where it was never held for review, or somebody has decided. */
export async function withdrawRemittanceReview(tx: Tx, id: Id<'rem'>, withdrawnAt: Date): Promise<void> {
  const isOpen = and(isNull(remittanceReview.decision), isNull(remittanceReview.withdrawnAt))
  await tx
    .update(remittanceReview)
    .set({ withdrawnAt })
    .where(and(eq(remittanceReview.remittanceId, id), isOpen))
}
