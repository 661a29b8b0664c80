import type { Requirement, ScopeAlternatives } from './authorization-map.ts'

/** What meets all of these requirements; undefined when there are none. */
export function strictest(requirements: readonly Requirement[]): Requirement | undefined {
  if (requirements.length === 0) return undefined
  // Not multiplied out into one list of alternatives, as composition does it: that doubles with each of two.
  const scopes = requirements.flatMap((requirement) => requirement.scopes ?? []).reduce(withoutImplied, [])
  return {
    ...(scopes.length > 0 && { scopes }),
    ...(requirements.some(({ isDecidedByRow }) => isDecidedByRow) && { isDecidedByRow: true }),
  }
}

/** Adds one, unless it is met with another; and drops those that are met with it. */
function withoutImplied(kept: readonly ScopeAlternatives[], added: ScopeAlternatives): readonly ScopeAlternatives[] {
  if (kept.some((one) => implies(one, added))) return kept
  return [...kept.filter((one) => !implies(added, one)), added]
}

/** Whether each way to meet `given` meets `other` as well. */
const implies = (given: ScopeAlternatives, other: ScopeAlternatives): boolean =>
  given.every((all) => other.some((some) => some.every((scope) => all.includes(scope))))
