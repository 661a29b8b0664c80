import { type Actor, hasRole } from '@carriergraph/shared/auth/actor.ts'
import type { Policies } from '@carriergraph/shared/authorize/check.ts'
import type { Context } from './context.ts'

/** The functions behind `@policy` in the SDL. */
export const policies: Policies<Context> = {
  owner: (actor, object) => actor.userId !== undefined && ownerOf(object) === actor.userId,
  operator: (actor: Actor) => hasRole(actor, 'operator'),
  service: (actor: Actor) => actor.kind === 'service',
}

/** An assessment is the payer's; a user is their own. */
function ownerOf(object: unknown): unknown {
  if (typeof object !== 'object' || object === null) return undefined
  if ('payerId' in object) return object.payerId
  return 'id' in object ? object.id : undefined
}
