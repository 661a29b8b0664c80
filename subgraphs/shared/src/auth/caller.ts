import type { JWTPayload } from 'jose'
import { z } from 'zod'
import type { Actor } from './actor.ts'
import { acceptedUntil, type BadClaim, badClaimOf } from './claims.ts'

/**
 * Who is asking, as far as a gateway has to know, whichever issuer signed the token: what else its claims say, subgraphs
 * judge, to whom the token goes as it came.
 */
export type Caller = Pick<Actor, 'kind' | 'subject' | 'scopes' | 'expiresAt'> & {
  /** Where the token names one. */
  readonly tenant?: string | undefined
}

/** A text with blanks between (RFC 8693, 4.2), or a list, as some issuers write it. */
const scopes = z
  .union([z.string().transform((text) => text.split(' ')), z.array(z.string())])
  .default([])
  .transform((names) => names.filter((name) => name !== ''))

const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  tenant: z.string().optional().catch(undefined),
  scope: scopes,
  /** The same under the name that Microsoft's and Okta's issuers give it. */
  scp: scopes,
})

/**
 * The caller that a verified token's claims describe, or the name of the claim that is not as it must be.
 * @param leeway_s how long after `exp` a token is still accepted
 */
export function callerFromClaims(payload: JWTPayload, leeway_s: number): Caller | BadClaim {
  const parsed = claims.safeParse(payload)
  if (!parsed.success) return badClaimOf(parsed.error)
  const { sub: subject, exp, tenant, scope, scp } = parsed.data
  return {
    kind: 'user',
    subject,
    tenant,
    scopes: new Set([...scope, ...scp]),
    expiresAt: acceptedUntil(exp, leeway_s),
  }
}
