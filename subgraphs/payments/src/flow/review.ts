import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { lockPaymentIfAny } from '../db/payments.ts'
import { type ReviewDecision, verdictOf } from '../domain/review.ts'
import { applyChange, type ChangeBy } from './change-payment.ts'
import { changeBy } from './settle.ts'

export type DecidedReview = {
  readonly paymentId: Id<'pay'>
  readonly decision: ReviewDecision
  readonly reason: string
}

/**
 * What a person decided on a payment that waits for it. One that does not wait, because it was cancelled in the meantime,
 * stays as it is. Its money is for whoever drives it on.
 * @returns whether it moved
 */
export async function applyReview(tx: Tx, review: DecidedReview, by: ChangeBy): Promise<boolean> {
  const payment = await lockPaymentIfAny(tx, review.paymentId)
  // Only what this service has held for review is decided on: the event of another payment is a fault of ours.
  if (payment === undefined) throw new Error(`There is no payment ${review.paymentId} to decide on.`)
  if (payment.status !== 'REVIEW') return false
  await applyChange(tx, payment, changeBy(payment, verdictOf(review, by.actor), by.now), by)
  return true
}
