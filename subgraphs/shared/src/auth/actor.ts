import type { Id } from '../ids.ts'

export const ROLES = ['operator', 'customer', 'service'] as const
export type Role = (typeof ROLES)[number]

/** Who is asking. Made from a verified token only; a request without one is the anonymous actor. */
export type Actor = {
  readonly kind: 'user' | 'service' | 'anonymous'
  /** The token's `sub`: a user id or `svc:<name>`. */
  readonly subject: string
  /** Present exactly when `kind` is 'user'. */
  readonly userId?: Id<'usr'>
  readonly tenant: string
  readonly roles: readonly Role[]
  /** Such as `billing:read`. */
  readonly scopes: ReadonlySet<string>
  /** When this service stops accepting the token: its `exp` plus the leeway. */
  readonly expiresAt?: Date
}

/** The form of a tenant id, in tokens as in the database. */
export const TENANT_PATTERN = /^[a-z][a-z0-9-]{1,30}$/

/**
 * A tenant that owns nothing and that no token may name: a connection opened for it reads no row, so that a public
 * field needs no special case and a forgotten check shows nothing.
 */
export const NO_TENANT = 'anonymous'

export const ANONYMOUS: Actor = {
  kind: 'anonymous',
  subject: 'anonymous',
  tenant: NO_TENANT,
  roles: [],
  scopes: new Set(),
}

export const hasRole = (actor: Actor, role: Role): boolean => actor.roles.includes(role)
