import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

export const removeCard: NonNullable<MutationResolvers['removeCard']> = async (_, { input }, context) => {
  const { actor, db, vault } = context
  const cardId = readId('card', input.cardId, ['cardId'])
  if (!cardId.ok) return { card: null, errors: [payloadError(cardId)] }
  const of = { tenant: actor.tenant, db }
  const removed = await vault.remove(of, cardId.value, ownersSeenBy(actor), provenanceOf(context))
  return removed.ok ? { card: removed.value, errors: [] } : { card: null, errors: [payloadError(removed)] }
}
