import { readId } from '@carriergraph/shared/ids.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf, commandBy, refusedFor } from '../payment-input.ts'

export const resolveDispute: NonNullable<MutationResolvers['resolveDispute']> = async (_, { input }, context) => {
  const id = readId('pay', input.paymentId, ['paymentId'])
  if (!id.ok) return refusedFor(id)
  const resolved = await context.flow.resolveDispute(booksOf(context), commandBy(context, id.value), input.outcome)
  if (!resolved.ok) return refusedFor(resolved)
  const { payment, failure } = resolved.value
  return { payment, errors: failure === null ? [] : [failure] }
}
