import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf, parsePayment, paymentAnswer, requestBy } from '../payment-input.ts'

export const createPayment: NonNullable<MutationResolvers['createPayment']> = async (_, { input }, context) => {
  const parsed = parsePayment(input)
  // Nothing is stored under the key: the same input is refused alike for ever.
  if ('errors' in parsed) return { payment: null, errors: parsed.errors }
  return paymentAnswer(await context.flow.create(booksOf(context), requestBy(context, parsed)))
}
