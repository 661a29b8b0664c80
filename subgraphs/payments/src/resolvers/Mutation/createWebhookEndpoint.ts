import { provenanceOf } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { payloadError } from '@carriergraph/shared/server/payload-error.ts'
import type { MutationResolvers } from '../../generated/resolvers.ts'
import { isWebhookEventType, WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../../webhooks/event-types.ts'
import { textIn } from '../input-fields.ts'

const DESCRIPTION_LENGTH_MAX = 200

export const createWebhookEndpoint: NonNullable<MutationResolvers['createWebhookEndpoint']> = async (
  _,
  { input },
  context,
) => {
  const { actor, db, webhooks } = context
  const url = await webhooks.checkUrl(input.url)
  const eventTypes = eventTypesIn(input.eventTypes)
  const description = descriptionIn(input.description ?? null)
  if (!url.ok || !eventTypes.ok || !description.ok)
    return {
      endpoint: null,
      secret: null,
      errors: [url, eventTypes, description].flatMap((fault) => (fault.ok ? [] : [payloadError(fault)])),
    }
  const toCreate = { url: url.value, eventTypes: eventTypes.value, description: description.value }
  const created = await webhooks.create({ tenant: actor.tenant, db }, toCreate, provenanceOf(context))
  if (!created.ok) return { endpoint: null, secret: null, errors: [payloadError(created)] }
  return { endpoint: created.value.endpoint, secret: created.value.secret.reveal(), errors: [] }
}

function eventTypesIn(
  texts: readonly string[],
): Outcome<readonly WebhookEventType[], 'INVALID_VALUE' | 'UNKNOWN_EVENT_TYPE'> {
  if (texts.length === 0) return refuse('INVALID_VALUE', 'Name at least one type of event.', ['eventTypes'])
  if (texts.every(isWebhookEventType)) return ok(texts)
  return refuse('UNKNOWN_EVENT_TYPE', `Each must be one of ${WEBHOOK_EVENT_TYPES.join(', ')}.`, ['eventTypes'])
}

function descriptionIn(text: string | null): Outcome<string | null, 'INVALID_VALUE'> {
  return text === null ? ok(null) : textIn(text, 'A description', DESCRIPTION_LENGTH_MAX, 'description')
}
