import { type Actor, hasRole } from '@carriergraph/shared/auth/actor.ts'
import type { Policies } from '@carriergraph/shared/authorize/check.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Context } from './context.ts'

/** The functions behind `@policy` in billing's SDL. */
export const policies: Policies<Context> = {
  owner: (actor, object, _, { typeName }) => actor.userId !== undefined && ownerOf(object, typeName) === actor.userId,
  operator: (actor) => hasRole(actor, 'operator'),
  service: (actor) => actor.kind === 'service',
}

/** Whose things the actor may see: everybody's, or only those of one user. */
export const ownerSeenBy = (actor: Actor): 'everybody' | Id<'usr'> | undefined =>
  hasRole(actor, 'operator') || actor.kind === 'service' ? 'everybody' : actor.userId

/** Whether the actor may see what belongs to that owner. */
export function maySee(actor: Actor, ownerId: unknown): boolean {
  const seen = ownerSeenBy(actor)
  return seen === 'everybody' || (seen !== undefined && seen === ownerId)
}

/** A user belongs to themselves; everything else carries its owner. */
function ownerOf(object: unknown, typeName: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined
  if (typeName === 'User') return 'id' in object ? object.id : undefined
  return 'ownerId' in object ? object.ownerId : undefined
}
