import { readId } from '@carriergraph/shared/ids.ts'
import { ok } from '@carriergraph/shared/outcome.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { amountIn } from '../input-fields.ts'
import { booksOf, commandBy, paymentAnswer, refusedFor } from '../payment-input.ts'

export const capturePayment: NonNullable<MutationResolvers['capturePayment']> = async (_, { input }, context) => {
  const id = readId('pay', input.paymentId, ['paymentId'])
  const amount = input.amount == null ? ok(undefined) : amountIn(input.amount)
  if (!id.ok || !amount.ok) return refusedFor(id, amount)
  return paymentAnswer(await context.flow.capture(booksOf(context), commandBy(context, id.value), amount.value))
}
