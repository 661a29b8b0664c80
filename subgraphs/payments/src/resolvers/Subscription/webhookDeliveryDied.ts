import { parseId } from '@carriergraph/shared/ids.ts'
import type { JournalEvent } from '@carriergraph/shared/journal/event.ts'
import type { SubscriptionResolvers } from '../../generated/resolvers.ts'
import type { WebhookDeliveryDiedEventModel } from '../../models.ts'

export const webhookDeliveryDied: NonNullable<SubscriptionResolvers['webhookDeliveryDied']> = {
  subscribe: (_, { after }, { actor, journal }) =>
    journal.stream({ tenant: actor.tenant, types: ['webhook_delivery.died'], after }),
  resolve: (event: JournalEvent): WebhookDeliveryDiedEventModel => ({
    cursor: event.cursor,
    occurredAt: event.occurredAt,
    deliveryId: parseId('whd', event.aggregate.id),
  }),
}
