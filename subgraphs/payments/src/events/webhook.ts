import { idField, instantField } from '@carriergraph/shared/bus/event-fields.ts'
import { z } from 'zod'
import { WEBHOOK_PAUSE_REASONS } from '../db/tables/webhook-endpoint.ts'
import { ATTEMPT_OUTCOMES } from '../webhooks/send/attempt-result.ts'

const webhookEndpointFields = {
  endpointId: idField('whe').describe('The endpoint.'),
  origin: z.string().describe('Scheme, host and port of its URL; the rest may be a secret.'),
  eventTypes: z.array(z.string()).describe('The events that are sent to it.'),
  pauseReason: z.enum(WEBHOOK_PAUSE_REASONS).nullable().describe('Why nothing is sent; null where that is not so.'),
  at: instantField,
}

const webhookDeliveryFields = {
  deliveryId: idField('whd').describe('The delivery.'),
  endpointId: idField('whe').describe('Where it was to go.'),
  eventId: idField('evt').describe('The event that it brings.'),
  eventType: z.string().describe('What kind of event that is.'),
  attempts: z.int().min(0).describe('How often it was tried in all.'),
  at: instantField,
}

/** Events about the endpoints of webhooks, and deliveries to them. */
export const webhookEvents = {
  'webhook_endpoint.created': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.secret_rotated': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.paused': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.resumed': z.strictObject(webhookEndpointFields),
  'webhook_endpoint.deleted': z.strictObject(webhookEndpointFields),
  'webhook_delivery.died': z.strictObject({
    ...webhookDeliveryFields,
    outcome: z.enum(ATTEMPT_OUTCOMES).describe('How the last try ended.'),
    httpStatus: z.int().nullable().describe('Of the last answer; null where there was none.'),
  }),
  'webhook_delivery.replayed': z.strictObject(webhookDeliveryFields),
} as const satisfies Record<string, z.ZodType>
