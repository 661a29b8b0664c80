import type { published } from '../events.ts'

/**
 * The events that may leave the house. Each is named here: what is added to the journal is not sent to receivers by itself.
 * Not among them are those about keys, reveals, reference rates and the operator's own books, settlements and
 * reconciliation, which are for our own auditors, and those about webhooks, which would call forth one another.
 */
export const WEBHOOK_EVENT_TYPES = [
  'card.added',
  'card.removed',
  'card.renewed',
  'payment.authorised',
  'payment.cancelled',
  'payment.completed',
  'payment.confirmed',
  'payment.created',
  'payment.dispute_won',
  'payment.disputed',
  'payment.failed',
  'payment.held_for_review',
  'payment.processing',
  'payment.refunded',
  'remittance.approved',
  'remittance.cancelled',
  'remittance.completed',
  'remittance.created',
  'remittance.debited',
  'remittance.failed',
  'remittance.held_for_review',
  'remittance.refunded',
  'remittance.refunding',
  'remittance.sending',
  'remittance.settling',
  'wallet.opened',
] as const satisfies readonly (keyof typeof published)[]

export type WebhookEventType = (typeof WEBHOOK_EVENT_TYPES)[number]

export const isWebhookEventType = (text: string): text is WebhookEventType =>
  WEBHOOK_EVENT_TYPES.some((type) => type === text)
