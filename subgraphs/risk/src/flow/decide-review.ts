import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { findAssessmentsOfPayments } from '../db/assessments.ts'
import { lockReview, updateDecision } from '../db/reviews.ts'
import type { PaymentReviewRow } from '../db/tables/payment-review.ts'
import { mayDecide, type ReviewDecision } from '../domain/review.ts'
import { eventOf } from '../events.ts'

export type DecisionToMake = {
  readonly paymentId: Id<'pay'>
  readonly decision: ReviewDecision
  readonly reason: string
}

export type ReviewCode = 'REVIEW_NOT_FOUND' | 'REVIEW_ALREADY_DECIDED' | 'REVIEW_WITHDRAWN' | 'SAME_PERSON'

/** Told in place of the reason. */
const REASON_UNTOLD = 'It was checked.'

/**
 * Decides on a payment that waits for a person, once: the same decision again answers with the first, its reason included.
 * Payments hear of it by the event, and go on. Of what compliance held they are not told why: what payments know, the payer
 * comes to see.
 */
export const decideReview = (
  db: TenantDb,
  { paymentId, decision, reason }: DecisionToMake,
  { now, ...by }: Provenance,
): Promise<Outcome<PaymentReviewRow, ReviewCode>> =>
  inTransaction(db, async (tx) => {
    const review = await lockReview(tx, paymentId)
    if (review === null)
      return refuse('REVIEW_NOT_FOUND', 'No such payment waits for a decision, or it is not known here yet.', [
        'paymentId',
      ])
    const may = mayDecide(review, { decision, decidedBy: by.actor, payerId: review.payerId, field: 'paymentId' })
    if (!may.ok) return may
    if (!may.value) return ok(review)
    const decided = await updateDecision(tx, review, { decision, reason, decidedBy: by.actor, decidedAt: now })
    const [assessment] = await findAssessmentsOfPayments(tx, [paymentId])
    const isCompliance = (assessment?.complianceReasons ?? []).length > 0
    await appendToJournal(tx, {
      aggregate: { type: 'review', id: paymentId },
      version: 1,
      ...eventOf('review.decided', {
        paymentId,
        decision,
        reason: isCompliance ? REASON_UNTOLD : reason,
        decidedAt: now.toISOString(),
      }),
      ...by,
      occurredAt: now,
    })
    return ok(decided)
  })
