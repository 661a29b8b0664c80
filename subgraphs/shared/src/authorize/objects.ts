import type { ApolloGraphQLObjectTypeExtensions } from '@apollo/subgraph'
import { type GraphQLObjectType, type GraphQLSchema, isAbstractType } from 'graphql'
import { type AuthorizedContext, checkOf, type Policies } from './check.ts'
import type { Requirement, Requirements } from './requirements.ts'

/**
 * Checks every object of the type that is handed out. `isTypeOf` is the one place that graphql-js passes for each of
 * them, with the object and the context: from a field, a list, an interface, a union or `_entities` alike.
 */
export function guardObjects<Context extends AuthorizedContext>(
  type: GraphQLObjectType,
  requirements: readonly Requirement[],
  policies: Policies<Context>,
): void {
  const check = checkOf(requirements, { typeName: type.name }, policies)
  if (check === undefined) return
  const { isTypeOf } = type
  type.isTypeOf = async (object, context, info) => {
    if (isTypeOf && !(await isTypeOf(object, context, info))) return false
    await check(object, context)
    return true
  }
}

/** Refuses before anything is loaded; what a policy says about the loaded object is for `guardObjects`. */
export function guardReferences<Context extends AuthorizedContext>(
  type: GraphQLObjectType,
  requirements: readonly Requirement[],
  policies: Policies<Context>,
): void {
  const extensions: ApolloGraphQLObjectTypeExtensions = type.extensions
  const resolveReference = extensions.apollo?.subgraph?.resolveReference
  const check = checkOf(requirements, { typeName: type.name }, policies)
  if (check === undefined || resolveReference === undefined) return
  type.extensions = {
    ...extensions,
    apollo: {
      ...extensions.apollo,
      subgraph: {
        ...extensions.apollo?.subgraph,
        resolveReference: async (reference: object, context: Context, info: Parameters<typeof resolveReference>[2]) => {
          await check(reference, context)
          return resolveReference(reference, context, info)
        },
      },
    },
  }
}

/**
 * An interface or union without `resolveType` asks each of its types' `isTypeOf` which one an object is of. Those that
 * `guardObjects` wraps answer for their own objects only, so such an abstract type gets a `resolveType` that asks the
 * unwrapped ones.
 */
export function keepAbstractTypes(schema: GraphQLSchema, requirements: Requirements): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || type.resolveType) continue
    const candidates = schema.getPossibleTypes(type).map(({ name, isTypeOf }) => ({ name, isTypeOf }))
    if (!schema.getPossibleTypes(type).some((possible) => requirements.ofType(possible).length > 0)) continue
    type.resolveType = async (object, context, info) => {
      if (hasTypeName(object)) return object.__typename
      for (const { name, isTypeOf } of candidates) if (await isTypeOf?.(object, context, info)) return name
      return undefined
    }
  }
}

const hasTypeName = (object: unknown): object is { __typename: string } =>
  typeof object === 'object' && object !== null && '__typename' in object && typeof object.__typename === 'string'
