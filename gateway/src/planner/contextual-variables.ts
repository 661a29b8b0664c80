import type { FetchNode } from '@apollo/query-planner'
import { gatewayError } from '../errors/codes.ts'

/** What the planner calls the variables of contextual arguments, and no client may call its own. */
const CONTEXTUAL_VARIABLE = /^contextualArgument_/

export const isContextualVariable = (name: string): boolean => CONTEXTUAL_VARIABLE.test(name)

/**
 * A fetch that knows where the values of its contextual variables are, and of no other's: fetches that were merged, or
 * split, say so of more than they use.
 * @throws GraphQLError UNSUPPORTED_PLAN where the planner does not say where a value is
 */
export function withOwnContexts(fetch: FetchNode): FetchNode {
  const { contextRewrites = [], ...rest } = fetch
  const used = (fetch.variableUsages ?? []).filter(isContextualVariable)
  const own = contextRewrites.filter(({ renameKeyTo }) => used.includes(renameKeyTo))
  if (used.some((name) => !own.some(({ renameKeyTo }) => renameKeyTo === name))) throw gatewayError('UNSUPPORTED_PLAN')
  return own.length === 0 ? rest : { ...rest, contextRewrites: own }
}
