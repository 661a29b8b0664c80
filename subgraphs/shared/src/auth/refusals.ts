import { Refusal } from '../refusal.ts'

/** `extensions.reason` beside the code UNAUTHENTICATED: whether signing in again or renewing the token helps. */
export const UNAUTHENTICATED_REASONS = {
  TOKEN_MISSING: 'No token was sent and the field needs one.',
  TOKEN_EXPIRED: 'The token was good and has expired. Renew it.',
  TOKEN_INVALID: 'The token is malformed, forged, or was not issued for this graph.',
} as const satisfies Record<string, string>

export type UnauthenticatedReason = keyof typeof UNAUTHENTICATED_REASONS

export function unauthenticated(reason: UnauthenticatedReason, message: string): Refusal {
  const refusal = new Refusal('UNAUTHENTICATED', message)
  refusal.extensions.reason = reason
  return refusal
}

/** What an actor without a token is told where one is needed. */
export const tokenMissing = (): Refusal =>
  unauthenticated('TOKEN_MISSING', 'This needs a token: send the header "authorization: Bearer <token>".')

export const tokenExpired = (): Refusal =>
  unauthenticated('TOKEN_EXPIRED', 'The token has expired. Renew it and try again.')
