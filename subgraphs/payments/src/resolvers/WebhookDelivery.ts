import { pageArgs } from '@carriergraph/shared/connection/page.ts'
import { parseId } from '@carriergraph/shared/ids.ts'
import { present } from '@carriergraph/shared/loader.ts'
import { newestWebhookAttempts } from '../db/webhook-deliveries.ts'
import type { WebhookDeliveryDiedEventResolvers, WebhookDeliveryResolvers } from '../generated/resolvers.ts'

export const WebhookDelivery: WebhookDeliveryResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.webhookDelivery.load(parseId('whd', id)),
  endpoint: async ({ endpointId }, _, { loaders }) =>
    present(await loaders.webhookEndpoint.load(endpointId), endpointId),
  attemptCount: ({ attempts }) => attempts,
  nextAttemptAt: ({ status, nextAttemptAt }) => (status === 'PENDING' ? nextAttemptAt : null),
  attempts: ({ id }, page, { loaders }) => loaders.attemptsOfDelivery.load(id, pageArgs(newestWebhookAttempts, page)),
}

export const WebhookDeliveryDiedEvent: WebhookDeliveryDiedEventResolvers = {
  delivery: ({ deliveryId }, _, { loaders }) => loaders.webhookDelivery.load(deliveryId),
}
