import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { mayApprove } from '../compliance/finding.ts'
import type { RemittanceReviewRow } from '../db/tables/remittance-review.ts'
import { findUsers } from '../db/users.ts'
import { IDENTITY_REFUSED, mayDecide, type ReviewDecision } from '../domain/review.ts'
import { eventOf } from '../events.ts'
import type { ReviewCode } from '../flow/decide-review.ts'
import { insertRemittanceRescreening } from '../sanctions/db/rescreenings.ts'
import { findAssessmentsOfRemittances } from './db/assessments.ts'
import { lockRemittanceReview, updateRemittanceDecision } from './db/reviews.ts'
import { kycReason } from './kyc.ts'
import { type ReviewedRemittance, screenRemittanceAgain } from './screen-again.ts'

export type RemittanceDecisionToMake = {
  readonly remittanceId: Id<'rem'>
  readonly decision: ReviewDecision
  readonly reason: string
}

/**
 * Decides on a remittance that waits for a person, once: the same decision again answers with the first, its reason
 * included. Payments hear of it by the event, without the reason: what payments know, the sender may come to see. What is
 * approved is screened again where another list is in force since.
 */
export async function decideRemittanceReview(
  db: TenantDb,
  { remittanceId, decision, reason }: RemittanceDecisionToMake,
  { now, ...by }: Provenance,
): Promise<Outcome<RemittanceReviewRow, ReviewCode>> {
  const reviewed = decision === 'APPROVE' ? await screenRemittanceAgain(db, remittanceId, now) : null
  return inTransaction(db, async (tx) => {
    const review = await lockRemittanceReview(tx, remittanceId)
    if (review === null)
      return refuse('REVIEW_NOT_FOUND', 'No such remittance waits for a decision, or it is not known here yet.', [
        'remittanceId',
      ])
    const [assessment] = await findAssessmentsOfRemittances(tx, [remittanceId])
    if (assessment === undefined) throw new Error(`The remittance ${remittanceId} waits, and was not assessed.`)
    const { senderId: payerId } = assessment
    const may = mayDecide(review, { decision, decidedBy: by.actor, payerId, field: 'remittanceId' })
    if (!may.ok) return may
    if (!may.value) return ok(review)
    if (decision === 'APPROVE') {
      const [sender] = await findUsers(tx, [payerId])
      if (kycReason(sender?.kycStatus ?? null) !== null) return IDENTITY_REFUSED
    }
    const passed = await passCompliance(tx, reviewed, by.actor)
    if (!passed.ok) return passed
    const decided = await updateRemittanceDecision(tx, review, {
      decision,
      reason,
      decidedBy: by.actor,
      decidedAt: now,
    })
    await appendToJournal(tx, {
      aggregate: { type: 'remittance_review', id: remittanceId },
      version: 1,
      ...eventOf('remittance_review.decided', { remittanceId, decision, decidedAt: now.toISOString() }),
      ...by,
      occurredAt: now,
    })
    return ok(decided)
  })
}

/** Keeps what was found again, whatever comes of it. */
async function passCompliance(tx: Tx, reviewed: ReviewedRemittance | null, screenedFor: string) {
  if (reviewed === null) return ok(null)
  const { assessmentId, found } = reviewed
  if (found !== null) await insertRemittanceRescreening(tx, { ...found, assessmentId, screenedFor })
  return mayApprove(reviewed)
}
