import { maySee } from '@carriergraph/shared/authorize/ownership.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { Context } from '../../context.ts'
import { REMITTANCE_EVENTS, remittanceStatusTold } from '../../events.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { RemittanceStatusEventModel } from '../../models.ts'

export const remittanceStatusChanged: NonNullable<SubscriptionResolvers['remittanceStatusChanged']> = {
  async subscribe(_, { remittanceId, senderId, after }, context) {
    if (remittanceId != null) await refuseHidden(remittanceId, context)
    if (senderId != null) parseId('usr', senderId)
    const { actor, journal } = context
    return journal.stream({
      tenant: actor.tenant,
      types: REMITTANCE_EVENTS,
      after,
      filter: ({ data }) =>
        maySee(actor, data.senderId) &&
        (remittanceId == null || data.remittanceId === remittanceId) &&
        (senderId == null || data.senderId === senderId),
    })
  },
  resolve: (event: JournalEvent): RemittanceStatusEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    ...remittanceStatusTold.parse(event.data),
  }),
}

/** A stream that can never have an event is a mistake. Whether somebody else has such a remittance is not told. */
async function refuseHidden(id: string, { actor, loaders }: Context): Promise<void> {
  const remittance = await loaders.remittance.load(parseId('rem', id))
  if (remittance === null || !maySee(actor, remittance.senderId))
    throw new Refusal('REMITTANCE_NOT_FOUND', 'There is no such remittance that you may see.', ['remittanceId'])
}
