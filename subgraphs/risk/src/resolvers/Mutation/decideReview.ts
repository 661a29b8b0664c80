import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../../context.ts'
import type { PaymentReviewRow } from '../../db/tables/payment-review.ts'
import type { RemittanceReviewRow } from '../../db/tables/remittance-review.ts'
import { reviewReason } from '../../domain/review.ts'
import { decideReview as decidePayment, type ReviewCode } from '../../flow/decide-review.ts'
import type { DecideReviewInput, MutationResolvers } from '../../generated/resolvers.ts'
import { decideRemittanceReview } from '../../remittances/decide-remittance-review.ts'

export const decideReview: NonNullable<MutationResolvers['decideReview']> = async (_parent, { input }, context) => {
  const { paymentId, remittanceId } = input
  if (paymentId && !remittanceId) return ofPayment({ ...input, paymentId }, context)
  if (remittanceId && !paymentId) return ofRemittance({ ...input, remittanceId }, context)
  return payload({}, [refuse('INVALID_VALUE', 'Name either a payment or a remittance.', ['paymentId'])])
}

async function ofPayment(input: DecideReviewInput & { readonly paymentId: string }, context: Context) {
  const id = readId('pay', input.paymentId, ['paymentId'])
  const reason = reviewReason(input.reason)
  if (!id.ok || !reason.ok) return payload({}, [id, reason])
  const decision = { paymentId: id.value, decision: input.decision, reason: reason.value }
  const decided = await decidePayment(context.db, decision, provenanceOf(context))
  return decided.ok ? payload({ review: decided.value }) : payload({}, [decided])
}

async function ofRemittance(input: DecideReviewInput & { readonly remittanceId: string }, context: Context) {
  const id = readId('rem', input.remittanceId, ['remittanceId'])
  const reason = reviewReason(input.reason)
  if (!id.ok || !reason.ok) return payload({}, [id, reason])
  const decision = { remittanceId: id.value, decision: input.decision, reason: reason.value }
  const decided = await decideRemittanceReview(context.db, decision, provenanceOf(context))
  return decided.ok ? payload({ remittanceReview: decided.value }) : payload({}, [decided])
}

type Reviews = { readonly review?: PaymentReviewRow; readonly remittanceReview?: RemittanceReviewRow }
type Code = ReviewCode | 'INVALID_ID' | 'INVALID_VALUE'

const payload = ({ review, remittanceReview }: Reviews, outcomes: readonly Outcome<unknown, Code>[] = []) => ({
  review: review ?? null,
  remittanceReview: remittanceReview ?? null,
  errors: outcomes.flatMap((outcome) => (outcome.ok ? [] : [payloadError(outcome)])),
})
