import { readId } from '@carriergraph/shared/ids.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { reasonIn } from '../input-fields.ts'
import { booksOf, commandBy, paymentAnswer, refusedFor } from '../payment-input.ts'

export const disputePayment: NonNullable<MutationResolvers['disputePayment']> = async (_, { input }, context) => {
  const id = readId('pay', input.paymentId, ['paymentId'])
  const reason = reasonIn(input.reason)
  if (!id.ok || !reason.ok) return refusedFor(id, reason)
  return paymentAnswer(await context.flow.dispute(booksOf(context), commandBy(context, id.value), reason.value))
}
