import type { Actor } from '../auth/actor.ts'
import { tokenMissing } from '../auth/refusals.ts'
import { Refusal } from '../refusal.ts'
import type { AnyOf, Requirement } from './requirements.ts'

/** What a context must carry for its fields to be guarded. */
export type AuthorizedContext = { readonly actor: Actor }

/** Where a policy is asked: about an object of `typeName`, for the sake of `fieldName` or of the object as a whole. */
export type PolicySite = { readonly typeName: string; readonly fieldName?: string }

/**
 * Decides about one object: the resolved one where the SDL has `@policy` on its type, the parent where it has it on a
 * field. The parent of a root field is undefined; the parent of a subscription field is the event, and undefined while
 * subscribing.
 */
export type Policy<Context> = (
  actor: Actor,
  object: unknown,
  context: Context,
  site: PolicySite,
) => boolean | Promise<boolean>

export type Policies<Context> = Readonly<Record<string, Policy<Context>>>

/** Throws a Refusal, at once or in the promise; returns nothing when there was nothing to wait for. */
export type Check<Context> = (object: unknown, context: Context) => void | Promise<void>

/** A check of all `requirements`, the cheap ones first; undefined where there are none, so that nothing is wrapped. */
export function checkOf<Context extends AuthorizedContext>(
  requirements: readonly Requirement[],
  site: PolicySite,
  policies: Policies<Context>,
): Check<Context> | undefined {
  if (requirements.length === 0) return undefined
  const required = requirements.filter((requirement) => requirement.kind === 'policy')
  return (object, context) => {
    const { actor } = context
    for (const requirement of requirements) checkActor(requirement, actor)
    if (required.length > 0) return checkPolicies(required, policies, actor, object, context, site)
  }
}

/** What needs no object: whether there is an actor, and the actor's scopes. */
function checkActor(requirement: Requirement, actor: Actor): void {
  if (requirement.kind === 'policy') return
  if (actor.kind === 'anonymous') throw tokenMissing()
  if (requirement.kind === 'authenticated') return
  const { anyOf } = requirement
  if (!anyOf.some((all) => all.every((scope) => actor.scopes.has(scope))))
    throw new Refusal('FORBIDDEN', `The token lacks a scope: it needs ${inWords(anyOf)}.`)
}

async function checkPolicies<Context>(
  required: readonly Extract<Requirement, { kind: 'policy' }>[],
  policies: Policies<Context>,
  actor: Actor,
  object: unknown,
  context: Context,
  site: PolicySite,
): Promise<void> {
  const allows = async (name: string) => (await policies[name]?.(actor, object, context, site)) === true
  for (const { anyOf } of required) {
    if (await someAsync(anyOf, (all) => everyAsync(all, allows))) continue
    if (actor.kind === 'anonymous') throw tokenMissing()
    throw new Refusal('FORBIDDEN', `Not for this actor: it needs the policy ${inWords(anyOf)}.`)
  }
}

async function someAsync<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await holds(item)) return true
  return false
}

async function everyAsync<T>(items: readonly T[], holds: (item: T) => Promise<boolean>): Promise<boolean> {
  return !(await someAsync(items, async (item) => !(await holds(item))))
}

const inWords = (anyOf: AnyOf): string => anyOf.map((all) => all.map((name) => `"${name}"`).join(' and ')).join(', or ')
