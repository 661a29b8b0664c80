import { createHmac } from 'node:crypto'

/** The headers of Standard Webhooks 1.0. */
export type WebhookHeaders = {
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** Before a secret in its written form. */
export const SECRET_PREFIX = 'whsec_'

/**
 * Signs a delivery as Standard Webhooks 1.0 says (symmetric, `v1`): HMAC-SHA-256 of `id.timestamp.body`, one signature for
 * each secret, the current one first; a receiver takes it when one of them fits.
 * @param secrets the bytes of the secrets
 * @param sentAt of this attempt, and not of the event
 */
export function signWebhook(
  { id, body }: { readonly id: string; readonly body: string },
  secrets: readonly Uint8Array[],
  sentAt: Date,
): WebhookHeaders {
  // Without this, `a.1` and `2` would be signed like `a` and `1.2`.
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new TypeError('The id of a webhook is of letters, digits, - and _.')
  const timestamp = Math.floor(sentAt.getTime() / 1_000).toString()
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  )
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
