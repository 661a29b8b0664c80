import { z } from 'zod'
import type { Actor } from '../auth/actor.ts'
import { tenantClaim } from '../auth/claims.ts'

/**
 * The header with which a service says who it is when it calls another one for itself and not for a user. It counts
 * only on a signed request, since the signature covers it; the gateway neither sends nor forwards it.
 */
export const ACTOR_HEADER = 'x-carriergraph-actor'

export type ServiceActor = {
  /** Such as `payments`. */
  readonly name: string
  readonly tenant: string
  readonly scopes: readonly string[]
}

const claims = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  tenant: tenantClaim,
  scopes: z.array(z.string().max(64)).max(32),
})

/** The value of `x-carriergraph-actor`: base64url of JSON. Sign it with the request. */
export const encodeServiceActor = (actor: ServiceActor): string =>
  Buffer.from(JSON.stringify(actor)).toString('base64url')

/** The actor that a verified request speaks for, or undefined where the value is not one. */
export function decodeServiceActor(value: string): Actor | undefined {
  const parsed = claims.safeParse(parseJson(Buffer.from(value, 'base64url').toString()))
  if (!parsed.success) return undefined
  const { name, tenant, scopes } = parsed.data
  return { kind: 'service', subject: `svc:${name}`, tenant, roles: ['service'], scopes: new Set(scopes) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
