import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { tokenMissing } from '@carriergraph/shared/auth/refusals.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { type DocumentNode, GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql'
import { type AccessCheck, compileAccess, isRead } from './access.ts'
import type { AuthorizationMap, Requirement } from './authorization-map.ts'

/** More refusals than this say nothing new, and an error list is a way to amplify a request. */
const REFUSALS_MAX = 10

export interface Authorizer {
  /**
   * One error for each place of an operation of the document that `actor` may not read, with code UNAUTHENTICATED or FORBIDDEN and its
   * path; empty when the operation may run. `variables` are the coerced ones: a field that `@skip` or `@include` leaves
   * out is not read.
   */
  refusals(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
    actor: Caller,
  ): readonly GraphQLError[]
}

/** Enforces the authorisation directives of a supergraph. Each operation is walked once, then only its checks run. */
export function createAuthorizer(apiSchema: GraphQLSchema, map: AuthorizationMap): Authorizer {
  const compiled = new WeakMap<OperationDefinitionNode, readonly AccessCheck[]>()
  return {
    refusals(document, operation, variables, actor) {
      const checks = compiled.get(operation) ?? compileAccess(apiSchema, map, document, operation)
      compiled.set(operation, checks)
      // A field and its type may both be marked; one error for the place is enough.
      const byPlace = new Map<string, GraphQLError>()
      for (const { requirement, path, conditions } of checks) {
        const refusal = refusalOf(requirement, actor)
        if (refusal === undefined || !isRead(conditions, variables)) continue
        byPlace.set(path.join('.'), new GraphQLError(refusal.message, { path, extensions: refusal.extensions }))
        if (byPlace.size === REFUSALS_MAX) break
      }
      return [...byPlace.values()]
    },
  }
}

/** Why `actor` may not read what is marked so; undefined when it may. */
export function refusalOf({ scopes = [] }: Requirement, actor: Caller): Refusal | undefined {
  if (actor.kind === 'anonymous') return tokenMissing()
  const unmet = scopes.find((alternatives) => !alternatives.some((all) => all.every((one) => actor.scopes.has(one))))
  if (unmet === undefined) return undefined
  return new Refusal('FORBIDDEN', `This needs the scope ${unmet.map((all) => all.join(' and ')).join(', or ')}.`)
}
