import { type ConstDirectiveNode, type DocumentNode, isTypeDefinitionNode, Kind, valueFromASTUntyped } from 'graphql'
import type { AuthDirective, AuthFeatures } from '../supergraph/auth-features.ts'
import { strictest } from './strictest.ts'

/** What one `@requiresScopes` demands: the actor holds every scope of at least one of the alternatives. */
export type ScopeAlternatives = readonly (readonly string[])[]

/** What an actor must show to read a type or a field. Its existence alone means: be signed in. */
export interface Requirement {
  /**
   * The actor meets each of them. Absent: any actor will do.
   * `@policy` needs the row that is read to be decided, so the subgraph decides it; here it only demands an actor.
   */
  readonly scopes?: readonly ScopeAlternatives[]
  /** `@policy`: of two actors who may both read the field, each may get rows of their own. */
  readonly isDecidedByRow?: true
}

/** The authorisation directives of a composed supergraph, by coordinate. */
export interface AuthorizationMap {
  readonly type: (typeName: string) => Requirement | undefined
  readonly field: (typeName: string, fieldName: string) => Requirement | undefined
}

/** Reads what the directives on types and fields demand, under whatever names the supergraph imports them. */
export function readAuthorizationMap(composed: DocumentNode, features: AuthFeatures): AuthorizationMap {
  const byCoordinate = new Map<string, Requirement>()
  const read = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const requirement = requirementOf(directives ?? [], features)
    if (requirement !== undefined) byCoordinate.set(coordinate, requirement)
  }
  for (const definition of composed.definitions) {
    if (!isTypeDefinitionNode(definition)) continue
    const typeName = definition.name.value
    read(typeName, definition.directives)
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of definition.fields ?? []) read(`${typeName}.${field.name.value}`, field.directives)
  }
  // Who reads an interface reads whatever implements it. Older compositions did not carry that up.
  for (const [above, below] of implementations(composed)) {
    const requirement = strictest([above, ...below].flatMap((coordinate) => byCoordinate.get(coordinate) ?? []))
    if (requirement !== undefined) byCoordinate.set(above, requirement)
  }
  return {
    type: (typeName) => byCoordinate.get(typeName),
    field: (typeName, fieldName) => byCoordinate.get(`${typeName}.${fieldName}`),
  }
}

/** The coordinate of each interface, and of each of its fields, with those of what implements it. */
function implementations({ definitions }: DocumentNode): readonly (readonly [string, readonly string[]])[] {
  const objects = definitions.filter((definition) => definition.kind === Kind.OBJECT_TYPE_DEFINITION)
  const interfaces = definitions.filter((definition) => definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
  return interfaces.flatMap(({ name: { value: above }, fields = [] }) => {
    const below = objects
      .filter((object) => object.interfaces?.some(({ name }) => name.value === above))
      .map(({ name }) => name.value)
    const ofFields = fields.map(
      ({ name }) => [`${above}.${name.value}`, below.map((typeName) => `${typeName}.${name.value}`)] as const,
    )
    return [[above, below] as const, ...ofFields]
  })
}

function requirementOf(directives: readonly ConstDirectiveNode[], features: AuthFeatures): Requirement | undefined {
  const applied = directives.filter((directive) => features.directives.has(directive.name.value))
  if (applied.length === 0) return undefined
  const named = (name: AuthDirective) =>
    applied.find((directive) => features.directives.get(directive.name.value) === name)
  const withScopes = named('requiresScopes')
  return {
    ...(withScopes !== undefined && { scopes: [scopesOf(withScopes)] }),
    ...(named('policy') !== undefined && { isDecidedByRow: true }),
  }
}

function scopesOf(directive: ConstDirectiveNode): ScopeAlternatives {
  const argument = directive.arguments?.find(({ name }) => name.value === 'scopes')
  const value: unknown = argument === undefined ? undefined : valueFromASTUntyped(argument.value)
  const scopes = isList(value) ? value.map(listed) : value === undefined ? undefined : [listed(value)]
  if (!isScopeAlternatives(scopes)) throw new Error('@requiresScopes in the supergraph has no list of lists of scopes')
  return scopes
}

/** In GraphQL a single value stands for a list of it: composition leaves `["a"]` as the subgraph wrote it. */
const listed = (value: unknown): readonly unknown[] => (isList(value) ? value : [value])

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

const isScopeAlternatives = (value: readonly (readonly unknown[])[] | undefined): value is string[][] =>
  value?.every((all) => all.every((scope) => typeof scope === 'string')) ?? false
