import { type Id, readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers, ReplayWebhookDeliveriesInput } from '../../generated/resolvers.ts'
import { REPLAY_IDS_MAX, type Replay, replayDeliveries } from '../../webhooks/replay.ts'

export const replayWebhookDeliveries: NonNullable<MutationResolvers['replayWebhookDeliveries']> = async (
  _,
  { input },
  context,
) => {
  const endpointId = readId('whe', input.endpointId, ['endpointId'])
  const which = whichIn(input)
  if (!endpointId.ok || !which.ok)
    return {
      replayed: null,
      hasMore: null,
      errors: [endpointId, which].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])),
    }
  const replay = { endpointId: endpointId.value, which: which.value }
  const replayed = await replayDeliveries(context.db, replay, provenanceOf(context))
  if (!replayed.ok) return { replayed: null, hasMore: null, errors: [payloadError(replayed)] }
  return { replayed: replayed.value.count, hasMore: replayed.value.hasMore, errors: [] }
}

function whichIn({
  deliveryIds,
  from,
  to,
}: ReplayWebhookDeliveriesInput): Outcome<Replay['which'], 'INVALID_ID' | 'INVALID_VALUE'> {
  if (deliveryIds != null && from == null && to == null) return idsIn(deliveryIds)
  if (deliveryIds != null || from == null || to == null)
    return refuse('INVALID_VALUE', 'Give either deliveryIds, or from and to.')
  if (from >= to) return refuse('INVALID_VALUE', 'The time must end after it has begun.', ['to'])
  return ok({ from, to })
}

function idsIn(texts: readonly string[]): Outcome<Replay['which'], 'INVALID_ID' | 'INVALID_VALUE'> {
  if (texts.length < 1 || texts.length > REPLAY_IDS_MAX)
    return refuse('INVALID_VALUE', `Name 1 to ${REPLAY_IDS_MAX} deliveries.`, ['deliveryIds'])
  const ids: Id<'whd'>[] = []
  for (const [index, text] of texts.entries()) {
    const id = readId('whd', text, ['deliveryIds', String(index)])
    if (!id.ok) return id
    ids.push(id.value)
  }
  return ok({ ids })
}
