import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { type Outcome, ok, refuse } from '../outcome.ts'
import { canonicalText, type SignedRequest } from './canonical.ts'
import { createHmacSha256 } from './hmac.ts'
import type { SigningKeys } from './keys.ts'
import { NonceMemory } from './nonces.ts'

/** Why a request between services is not believed; each is answered with 401. */
export const SIGNATURE_REFUSALS = {
  SIGNATURE_MISSING: 'The request is not signed. Only the gateway calls a subgraph; ask the gateway.',
  SIGNATURE_MALFORMED: 'The signature header is not kid=…,t=…,n=…,v1=….',
  UNKNOWN_KEY: 'The signature names a key that this service does not hold. Compare SIGNING_KEYS.',
  SIGNATURE_EXPIRED: 'The signature is too old, or from the future. Compare the clocks.',
  SIGNATURE_INVALID: 'The signature does not fit the method, path and body.',
  NONCE_REUSED: 'The request was already accepted once.',
} as const satisfies Record<string, string>

export type SignatureCode = keyof typeof SIGNATURE_REFUSALS

export type SignatureVerifierOptions = {
  readonly keys: SigningKeys
  readonly clock: Clock
  /** How far the signer's clock may differ from ours, in either direction. */
  readonly skew_ms?: number
}

export type SignatureVerifier = {
  /**
   * Accepts a request once; the value is the id of the key that signed it. The codes are tried in the order of
   * SIGNATURE_REFUSALS.
   */
  verify(request: SignedRequest & { readonly header: string | undefined }): Outcome<{ kid: string }, SignatureCode>
}

export function createSignatureVerifier(options: SignatureVerifierOptions): SignatureVerifier {
  const { keys, clock, skew_ms = SIGNATURE_SKEW_MS } = options
  const macs = new Map(keys.map(({ kid, secret }) => [kid, createHmacSha256(secret)]))
  const nonces = new NonceMemory(skew_ms)
  const refused = (code: SignatureCode) => refuse(code, SIGNATURE_REFUSALS[code])

  return {
    verify({ header, ...request }) {
      if (header === undefined || header === '') return refused('SIGNATURE_MISSING')
      const { kid, t, nonce, mac } = FORM.exec(header)?.groups ?? {}
      if (kid === undefined || t === undefined || nonce === undefined || mac === undefined)
        return refused('SIGNATURE_MALFORMED')
      const macOf = macs.get(kid)
      if (macOf === undefined) return refused('UNKNOWN_KEY')
      const t_ms = Number(t)
      const now_ms = clock().getTime()
      if (Math.abs(now_ms - t_ms) > skew_ms) return refused('SIGNATURE_EXPIRED')
      if (!timingSafeEqual(Buffer.from(macOf(canonicalText(request, t_ms, nonce))), Buffer.from(mac)))
        return refused('SIGNATURE_INVALID')
      return nonces.remember(nonce, t_ms, now_ms) ? ok({ kid }) : refused('NONCE_REUSED')
    },
  }
}

export const SIGNATURE_SKEW_MS = 30_000

const FORM =
  /^kid=(?<kid>[A-Za-z0-9_-]{1,32}),t=(?<t>[1-9]\d{0,15}),n=(?<nonce>[A-Za-z0-9_-]{16,64}),v1=(?<mac>[0-9a-f]{64})$/
