import { type Actor, hasRole } from '../auth/actor.ts'
import { tokenMissing } from '../auth/refusals.ts'
import type { Id } from '../ids.ts'
import type { Policies } from './check.ts'

/** Operators and services work on behalf of others: they see everything of their tenant. */
export const actsForOthers = (actor: Actor): boolean => hasRole(actor, 'operator') || actor.kind === 'service'

/** Whose things a list shows to the actor: one user's, or everybody's. @throws Refusal UNAUTHENTICATED for nobody */
export function ownersSeenBy(actor: Actor): Id<'usr'> | 'everybody' {
  if (actsForOthers(actor)) return 'everybody'
  // Not undefined, which a query would take for no restriction.
  if (actor.userId === undefined) throw tokenMissing()
  return actor.userId
}

/** Whether the actor may see what belongs to that owner. */
export const maySee = (actor: Actor, ownerId: unknown): boolean =>
  actsForOthers(actor) || (actor.userId !== undefined && actor.userId === ownerId)

/**
 * The functions behind `@policy(policies: [["owner"], ["operator"], ["service"]])`. An object is its `ownerId`'s, unless
 * `ownerKeys` names another property for its type, such as `id` for a user.
 */
export const ownership = (ownerKeys: Readonly<Record<string, string>> = {}): Policies<unknown> => ({
  owner: (actor, object, _context, { typeName }) =>
    actor.userId !== undefined && propertyOf(object, ownerKeys[typeName] ?? 'ownerId') === actor.userId,
  operator: (actor) => hasRole(actor, 'operator'),
  service: (actor) => actor.kind === 'service',
})

const propertyOf = (object: unknown, key: string): unknown =>
  typeof object === 'object' && object !== null ? Reflect.get(object, key) : undefined
