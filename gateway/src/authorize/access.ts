import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { AuthorizationMap, Requirement } from './authorization-map.ts'

/** One place of an operation that not every actor may read. */
export interface AccessCheck {
  readonly requirement: Requirement
  /** Response path of the field, aliases applied, without list indices. */
  readonly path: readonly string[]
  /** Every `@skip` and `@include` on the way to it: the field is read only when all of them let it through. */
  readonly conditions: readonly Condition[]
}

/** `if:` of one `@include` (`wanted: true`) or `@skip` (`wanted: false`): a variable's name, or a literal. */
interface Condition {
  readonly wanted: boolean
  readonly operand: { readonly variable: string } | { readonly literal: boolean }
}

interface Walk {
  readonly schema: GraphQLSchema
  readonly map: AuthorizationMap
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly checks: AccessCheck[]
}

interface Place {
  readonly parent: GraphQLCompositeType
  readonly path: readonly string[]
  readonly conditions: readonly Condition[]
}

/**
 * Lists what an operation reads that is marked in the supergraph: marked fields, fields of a marked type, and fragments
 * on a marked type. Expects a valid operation whose size is already bounded, as fragments are expanded.
 */
export function compileAccess(
  schema: GraphQLSchema,
  map: AuthorizationMap,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly AccessCheck[] {
  const root = schema.getRootType(operation.operation)
  if (root === undefined || root === null) return []
  const definitions = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
  const fragments = new Map(definitions.map((fragment) => [fragment.name.value, fragment]))
  const walk: Walk = { schema, map, fragments, checks: [] }
  const place: Place = { parent: root, path: [], conditions: [] }
  demand(walk, map.type(root.name), place)
  visitSelections(walk, operation.selectionSet, place)
  return walk.checks
}

/** Whether these conditions let their field through; variables are the coerced ones, so that defaults count. */
export const isRead = (conditions: readonly Condition[], variables: Readonly<Record<string, unknown>>): boolean =>
  conditions.every(({ wanted, operand }) => {
    const value = 'literal' in operand ? operand.literal : variables[operand.variable] === true
    return value === wanted
  })

function visitSelections(walk: Walk, selectionSet: SelectionSetNode, at: Place): void {
  for (const selection of selectionSet.selections) {
    const place = withConditions(at, selection.directives)
    if (selection.kind === Kind.FIELD) visitField(walk, selection, place)
    else if (selection.kind === Kind.INLINE_FRAGMENT)
      visitFragment(walk, selection.typeCondition?.name.value, selection.selectionSet, place)
    else {
      const fragment = walk.fragments.get(selection.name.value)
      if (fragment !== undefined) visitFragment(walk, fragment.typeCondition.name.value, fragment.selectionSet, place)
    }
  }
}

function visitField(walk: Walk, node: FieldNode, at: Place): void {
  const name = node.name.value
  if (!isObjectType(at.parent) && !isInterfaceType(at.parent)) return
  const definition = at.parent.getFields()[name]
  // Only `__typename` and introspection have no definition; a valid operation has no unknown field.
  if (definition === undefined) return
  const place = { ...at, path: [...at.path, node.alias?.value ?? name] }
  const type = getNamedType(definition.type)
  demand(walk, walk.map.field(at.parent.name, name), place)
  demand(walk, walk.map.type(type.name), place)
  if (node.selectionSet !== undefined && isCompositeType(type))
    visitSelections(walk, node.selectionSet, { ...place, parent: type })
}

function visitFragment(walk: Walk, typeName: string | undefined, selectionSet: SelectionSetNode, at: Place): void {
  const type = typeName === undefined ? at.parent : walk.schema.getType(typeName)
  if (!isCompositeType(type)) return
  if (type !== at.parent) demand(walk, walk.map.type(type.name), at)
  visitSelections(walk, selectionSet, { ...at, parent: type })
}

function demand(walk: Walk, requirement: Requirement | undefined, at: Place): void {
  if (requirement !== undefined) walk.checks.push({ requirement, path: at.path, conditions: at.conditions })
}

function withConditions(at: Place, directives: readonly DirectiveNode[] | undefined): Place {
  const added = (directives ?? []).flatMap((directive) => conditionOf(directive) ?? [])
  return added.length === 0 ? at : { ...at, conditions: [...at.conditions, ...added] }
}

function conditionOf(directive: DirectiveNode): Condition | undefined {
  const name = directive.name.value
  if (name !== 'skip' && name !== 'include') return undefined
  const value = directive.arguments?.[0]?.value
  const wanted = name === 'include'
  if (value?.kind === Kind.VARIABLE) return { wanted, operand: { variable: value.name.value } }
  if (value?.kind === Kind.BOOLEAN) return { wanted, operand: { literal: value.value } }
  return undefined
}
