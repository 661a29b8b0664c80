import { type Actor, hasRole } from '@carriergraph/shared/auth/actor.ts'
import type { Policies } from '@carriergraph/shared/authorize/check.ts'
import type { Context } from './context.ts'

/** The functions behind `@policy` in the SDL. */
export const policies: Policies<Context> = {
  owner: (actor, object, _, { typeName }) => actor.userId !== undefined && ownerOf(object, typeName) === actor.userId,
  operator: (actor) => hasRole(actor, 'operator'),
  service: (actor) => actor.kind === 'service',
}

/** Whether the actor sees, and pays from, what belongs to others. */
export const actsForOthers = (actor: Actor): boolean => hasRole(actor, 'operator') || actor.kind === 'service'

/** A user is their own; a payment is its payer's; the operator's ledger accounts are nobody's. */
function ownerOf(object: unknown, typeName: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined
  if (typeName === 'User') return 'id' in object ? object.id : undefined
  if (typeName === 'Payment') return 'payerId' in object ? object.payerId : undefined
  return 'ownerId' in object ? object.ownerId : undefined
}
