import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'

/** A week: long enough to change a receiver, and short enough for a secret that is to be gone. */
const OVERLAP_S_MAX = 604_800
const OVERLAP_S = 86_400

export const rotateWebhookSecret: NonNullable<MutationResolvers['rotateWebhookSecret']> = async (
  _,
  { input },
  context,
) => {
  const { actor, db, webhooks } = context
  const id = readId('whe', input.endpointId, ['endpointId'])
  const overlap_s = overlapIn(input.overlap_s ?? OVERLAP_S)
  if (!id.ok || !overlap_s.ok)
    return {
      endpoint: null,
      secret: null,
      errors: [id, overlap_s].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])),
    }
  const rotation = { id: id.value, overlap_ms: overlap_s.value * 1_000 }
  const rotated = await webhooks.rotate({ tenant: actor.tenant, db }, rotation, provenanceOf(context))
  if (!rotated.ok) return { endpoint: null, secret: null, errors: [payloadError(rotated)] }
  return { endpoint: rotated.value.endpoint, secret: rotated.value.secret.reveal(), errors: [] }
}

function overlapIn(overlap_s: number): Outcome<number, 'INVALID_VALUE'> {
  if (overlap_s >= 0 && overlap_s <= OVERLAP_S_MAX) return ok(overlap_s)
  return refuse('INVALID_VALUE', `The overlap is 0 to ${OVERLAP_S_MAX} seconds.`, ['overlap_s'])
}
