import { parseId } from '@carriergraph/shared/ids.ts'
import type { WebhookEndpointResolvers } from '../generated/resolvers.ts'

export const WebhookEndpoint: WebhookEndpointResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.webhookEndpoint.load(parseId('whe', id)),
  previousSecretUntil: ({ previousSecretUntil }, _, { clock }) =>
    previousSecretUntil !== null && previousSecretUntil > clock() ? previousSecretUntil : null,
}
