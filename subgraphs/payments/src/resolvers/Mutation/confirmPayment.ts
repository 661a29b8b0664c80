import { readId } from '@carriergraph/shared/ids.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf, commandBy, paymentAnswer, refusedFor } from '../payment-input.ts'

export const confirmPayment: NonNullable<MutationResolvers['confirmPayment']> = async (_, { input }, context) => {
  const id = readId('pay', input.paymentId, ['paymentId'])
  if (!id.ok) return refusedFor(id)
  return paymentAnswer(await context.flow.confirm(booksOf(context), commandBy(context, id.value)))
}
