import { ownersSeenBy } from '@carriergraph/shared/authorize/ownership.ts'
import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { parseRevealReason } from '../../vault/reveal-reason.ts'

export const revealCard: NonNullable<MutationResolvers['revealCard']> = async (_, { input }, context) => {
  const { actor, db, vault } = context
  const cardId = readId('card', input.cardId, ['cardId'])
  const reason = parseRevealReason(input.reason)
  if (!cardId.ok || !reason.ok)
    return { number: null, errors: [cardId, reason].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])) }
  const toReveal = { cardId: cardId.value, reason: reason.value, seen: ownersSeenBy(actor) }
  const revealed = await vault.reveal({ tenant: actor.tenant, db }, toReveal, provenanceOf(context))
  return revealed.ok ? { number: revealed.value, errors: [] } : { number: null, errors: [payloadError(revealed)] }
}
