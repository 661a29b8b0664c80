import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, isNull } from 'drizzle-orm'
import { type PaymentReviewRow, paymentReview } from './tables/payment-review.ts'
import type { StoredDecision } from './tables/review-columns.ts'

/** Whoever has waited longest comes first. */
export const longestWaiting = ordering({
  name: 'reviews by longest waiting',
  direction: 'asc',
  by: { heldAt: paymentReview.heldAt, paymentId: paymentReview.paymentId },
})

/** One row more than the page has, as `toConnection` wants it. */
export function listReviews(
  db: Db,
  page: Page<typeof longestWaiting.by>,
  { isOpen }: { readonly isOpen: boolean },
): Promise<PaymentReviewRow[]> {
  const { where, orderBy, limit } = keyset(page)
  const open = and(isNull(paymentReview.decision), isNull(paymentReview.withdrawnAt))
  return db
    .select()
    .from(paymentReview)
    .where(and(isOpen ? open : undefined, where))
    .orderBy(...orderBy)
    .limit(limit)
}

const byPayments = preparedFor((db) =>
  db.select().from(paymentReview).where(amongIds(paymentReview.paymentId)).prepare('reviews_by_payments'),
)

export const findReviews = (db: Db, ids: readonly Id<'pay'>[]): Promise<PaymentReviewRow[]> =>
  byPayments(db).execute({ ids: ids.map(toUuid) })

/** The review, held until the transaction ends. */
export async function lockReview(tx: Tx, id: Id<'pay'>): Promise<PaymentReviewRow | null> {
  const [row] = await tx.select().from(paymentReview).where(eq(paymentReview.paymentId, id)).for('no key update')
  return row ?? null
}

type Held = Pick<PaymentReviewRow, 'paymentId' | 'payerId' | 'amountMinor' | 'currency' | 'heldAt'>

/** A payment is held for review once: what is there stays as it is. */
export async function insertReview(tx: Tx, held: Held): Promise<void> {
  await tx.insert(paymentReview).values(held).onConflictDoNothing()
}

export async function updateDecision(
  tx: Tx,
  review: PaymentReviewRow,
  decision: StoredDecision,
): Promise<PaymentReviewRow> {
  await tx.update(paymentReview).set(decision).where(eq(paymentReview.paymentId, review.paymentId))
  return { ...review, ...decision }
}

/** Does nothing where it was never held for review. */
export async function withdrawReview(tx: Tx, id: Id<'pay'>, withdrawnAt: Date): Promise<void> {
  await tx
    .update(paymentReview)
    .set({ withdrawnAt })
    .where(and(eq(paymentReview.paymentId, id), isNull(paymentReview.withdrawnAt)))
}
