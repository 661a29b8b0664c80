import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf } from '../payment-input.ts'
import { parseRemittance, remittanceAnswer, requesterOf } from '../remittance-input.ts'

export const createRemittance: NonNullable<MutationResolvers['createRemittance']> = async (_, { input }, context) => {
  const parsed = parseRemittance(input)
  // Nothing is stored under the key: the same input is refused alike for ever.
  if ('errors' in parsed) return { remittance: null, errors: parsed.errors }
  const { actor, correlationId, remittances } = context
  const { idempotencyKey, order } = parsed
  const key = { requestedBy: actor.subject, idempotencyKey }
  const requester = requesterOf(context)
  return remittanceAnswer(await remittances.create(booksOf(context), { key, requester, order, correlationId }))
}
