import { readId } from '@carriergraph/shared/ids.ts'
import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { Context } from '../../context.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { deleteEndpoint, pauseEndpoint, resumeEndpoint } from '../../webhooks/endpoints.ts'

export const pauseWebhookEndpoint: NonNullable<MutationResolvers['pauseWebhookEndpoint']> = (_, { input }, context) =>
  changeStatus(input, context, pauseEndpoint)

export const resumeWebhookEndpoint: NonNullable<MutationResolvers['resumeWebhookEndpoint']> = (_, { input }, context) =>
  changeStatus(input, context, resumeEndpoint)

export const deleteWebhookEndpoint: NonNullable<MutationResolvers['deleteWebhookEndpoint']> = (_, { input }, context) =>
  changeStatus(input, context, deleteEndpoint)

async function changeStatus(
  { endpointId }: { readonly endpointId: string },
  context: Context,
  change: typeof pauseEndpoint,
) {
  const id = readId('whe', endpointId, ['endpointId'])
  if (!id.ok) return { endpoint: null, errors: [payloadError(id)] }
  const changed = await change(context.db, id.value, provenanceOf(context))
  return changed.ok ? { endpoint: changed.value, errors: [] } : { endpoint: null, errors: [payloadError(changed)] }
}
