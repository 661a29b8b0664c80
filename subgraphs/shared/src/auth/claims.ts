import type { JWTPayload } from 'jose'
import { z } from 'zod'
import { isId } from '../ids.ts'
import { type Actor, NO_TENANT, ROLES, TENANT_PATTERN } from './actor.ts'

/** A tenant in whose name somebody may act. */
export const tenantClaim = z
  .string()
  .regex(TENANT_PATTERN)
  .refine((tenant) => tenant !== NO_TENANT)

const claims = z.object({
  sub: z.string(),
  exp: z.number(),
  tenant: tenantClaim,
  roles: z.array(z.enum(ROLES)),
  scope: z.string().default(''),
})

/** The claims that say for whom a token speaks: all that an actor is made of. */
export const ACTOR_CLAIMS: readonly string[] = Object.keys(claims.omit({ exp: true }).shape)

/** ECMA-262: the last moment that is a date. Behind it `exp` would be no time at all, and long past for whoever compares. */
const DATE_MS_MAX = 8.64e15

/** @param exp seconds since the epoch, as tokens have it */
export const acceptedUntil = (exp: number, leeway_s: number): Date =>
  new Date(Math.min((exp + leeway_s) * 1000, DATE_MS_MAX))

/** Which claim of a token is not as it must be. */
export type BadClaim = { readonly badClaim: string }

export const badClaimOf = ({ issues }: z.ZodError): BadClaim => ({ badClaim: String(issues[0]?.path[0]) })

const SERVICE_SUBJECT = /^svc:[a-z][a-z0-9-]{0,62}$/

/**
 * The actor that a verified token's claims describe, or the name of the claim that is not as it must be. The role
 * `service` is for subjects `svc:<name>` alone: it opens what no person may do.
 * @param leeway_s how long after `exp` a token is still accepted
 */
export function actorFromClaims(payload: JWTPayload, leeway_s: number): Actor | BadClaim {
  const parsed = claims.safeParse(payload)
  if (!parsed.success) return badClaimOf(parsed.error)
  const { sub: subject, exp, tenant, roles, scope } = parsed.data
  const rest = {
    subject,
    tenant,
    roles,
    scopes: new Set(scope.split(' ').filter((name) => name !== '')),
    expiresAt: acceptedUntil(exp, leeway_s),
  }
  if (SERVICE_SUBJECT.test(subject)) return { kind: 'service', ...rest }
  if (!isId('usr', subject)) return { badClaim: 'sub' }
  if (roles.includes('service')) return { badClaim: 'roles' }
  return { kind: 'user', userId: subject, ...rest }
}
