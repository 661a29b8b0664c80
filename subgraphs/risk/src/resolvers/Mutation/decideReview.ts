import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import { reviewReason } from '../../domain/review.ts'
import { decideReview as decide } from '../../flow/decide-review.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const decideReview: NonNullable<MutationResolvers['decideReview']> = async (_parent, { input }, context) => {
  const id = readId('pay', input.paymentId, ['paymentId'])
  const reason = reviewReason(input.reason)
  if (!id.ok || !reason.ok)
    return { review: null, errors: [id, reason].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
  const decision = { paymentId: id.value, decision: input.decision, reason: reason.value }
  const decided = await decide(context.db, decision, provenanceOf(context))
  return decided.ok ? { review: decided.value, errors: [] } : { review: null, errors: [payloadError(decided)] }
}
