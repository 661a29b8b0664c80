import { type Actor, hasRole } from '@carriergraph/shared/auth/actor.ts'
import { tokenMissing } from '@carriergraph/shared/auth/refusals.ts'
import type { Policies } from '@carriergraph/shared/authorize/check.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Context } from './context.ts'

/** The functions behind `@policy` in the network's SDL. */
export const policies: Policies<Context> = {
  owner: (actor, object, _, { typeName }) => actor.userId !== undefined && ownerOf(object, typeName) === actor.userId,
  operator: (actor) => hasRole(actor, 'operator'),
  service: (actor) => actor.kind === 'service',
}

/** The one owner whose things the actor may see, or undefined where the actor may see everybody's. */
export function onlyOwnerFor(actor: Actor): Id<'usr'> | undefined {
  if (hasRole(actor, 'operator') || actor.kind === 'service') return undefined
  // Undefined would show everything: whoever is neither of the above must be somebody.
  if (actor.userId === undefined) throw tokenMissing()
  return actor.userId
}

/** A user belongs to themselves; everything else carries its owner. */
function ownerOf(object: unknown, typeName: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined
  if (typeName === 'User') return 'id' in object ? object.id : undefined
  return 'ownerId' in object ? object.ownerId : undefined
}
