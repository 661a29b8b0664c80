import { readId } from '@carriergraph/shared/ids.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { booksOf } from '../payment-input.ts'
import { refusedRemittance, remittanceAnswer, requesterOf } from '../remittance-input.ts'

export const cancelRemittance: NonNullable<MutationResolvers['cancelRemittance']> = async (_, { input }, context) => {
  const id = readId('rem', input.remittanceId, ['remittanceId'])
  if (!id.ok) return refusedRemittance(id)
  const command = { remittanceId: id.value, requester: requesterOf(context), actor: context.actor.subject }
  return remittanceAnswer(await context.remittances.cancel(booksOf(context), command))
}
