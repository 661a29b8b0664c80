import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { mayApprove } from '../compliance/finding.ts'
import { findFindings, type ReviewedPayment, screenPaymentAgain } from '../compliance/screen-payment-again.ts'
import { findAssessmentsOfPayments } from '../db/assessments.ts'
import { lockReview, updateDecision } from '../db/reviews.ts'
import type { PaymentReviewRow } from '../db/tables/payment-review.ts'
import { findUsers } from '../db/users.ts'
import { IDENTITY_REFUSED, mayDecide, type ReviewDecision } from '../domain/review.ts'
import { eventOf } from '../events.ts'
import { insertPaymentRescreening } from '../sanctions/db/rescreenings.ts'

export type DecisionToMake = {
  readonly paymentId: Id<'pay'>
  readonly decision: ReviewDecision
  readonly reason: string
}

export type ReviewCode =
  | 'REVIEW_NOT_FOUND'
  | 'REVIEW_ALREADY_DECIDED'
  | 'REVIEW_WITHDRAWN'
  | 'SAME_PERSON'
  | 'SCREENING_CHANGED'
  | 'COMPLIANCE_DECLINES'
  | 'IDENTITY_NOT_VERIFIED'

/** Told in place of the reason. */
const REASON_UNTOLD = 'It was checked.'

/**
 * Decides on a payment that waits for a person, once: the same decision again answers with the first, its reason included.
 * Payments hear of it by the event, and go on. Of what compliance held they are not told why: what payments know, the payer
 * comes to see. What is approved is screened again where another list is in force since, and its payer is not one whose identity
 * was rejected since.
 */
export async function decideReview(
  db: TenantDb,
  { paymentId, decision, reason }: DecisionToMake,
  { now, ...by }: Provenance,
): Promise<Outcome<PaymentReviewRow, ReviewCode>> {
  const reviewed = decision === 'APPROVE' ? await screenPaymentAgain(db, paymentId, now) : null
  return inTransaction(db, async (tx) => {
    const review = await lockReview(tx, paymentId)
    if (review === null)
      return refuse('REVIEW_NOT_FOUND', 'No such payment waits for a decision, or it is not known here yet.', [
        'paymentId',
      ])
    const may = mayDecide(review, { decision, decidedBy: by.actor, payerId: review.payerId, field: 'paymentId' })
    if (!may.ok) return may
    if (!may.value) return ok(review)
    if (decision === 'APPROVE') {
      const [payer] = await findUsers(tx, [review.payerId])
      if (payer?.kycStatus === 'REJECTED') return IDENTITY_REFUSED
    }
    const passed = await passCompliance(tx, reviewed, by.actor)
    if (!passed.ok) return passed
    const decided = await updateDecision(tx, review, { decision, reason, decidedBy: by.actor, decidedAt: now })
    await appendToJournal(tx, {
      aggregate: { type: 'review', id: paymentId },
      version: 1,
      ...eventOf('review.decided', {
        paymentId,
        decision,
        reason: (await hasFindings(tx, paymentId)) ? REASON_UNTOLD : reason,
        decidedAt: now.toISOString(),
      }),
      ...by,
      occurredAt: now,
    })
    return ok(decided)
  })
}

/** Keeps what was found again, whatever comes of it. */
async function passCompliance(tx: Tx, reviewed: ReviewedPayment | null, screenedFor: string) {
  if (reviewed === null) return ok(null)
  const { assessmentId, found } = reviewed
  if (found !== null) await insertPaymentRescreening(tx, { ...found, assessmentId, screenedFor })
  return mayApprove(reviewed)
}

/** Whether compliance has found anything of a payment, be it since it was held. */
async function hasFindings(tx: Tx, paymentId: Id<'pay'>): Promise<boolean> {
  const [assessment] = await findAssessmentsOfPayments(tx, [paymentId])
  const findings = assessment === undefined ? [] : await findFindings(tx, assessment)
  return findings.some(({ reasons }) => reasons.length > 0)
}
