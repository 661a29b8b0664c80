import type { FetchNode } from '@apollo/query-planner'
import { type FieldNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql'

/** The operation that a fetch sends. Undefined where fragments are beside it, which the planner gives to hardly any. */
export function operationOf({ operation }: FetchNode): OperationDefinitionNode | undefined {
  const [definition, ...others] = parse(operation, { noLocation: true }).definitions
  return definition?.kind === Kind.OPERATION_DEFINITION && others.length === 0 ? definition : undefined
}

/** `_entities` of an operation that asks for it, under this name, and for nothing else. */
export function entitiesOf({ selectionSet }: OperationDefinitionNode): EntitiesField | undefined {
  const [field, ...others] = selectionSet.selections
  if (field?.kind !== Kind.FIELD || others.length > 0) return undefined
  if (field.name.value !== '_entities' || field.alias !== undefined || field.directives?.length) return undefined
  return field.selectionSet && { ...field, selectionSet: field.selectionSet }
}

export type EntitiesField = FieldNode & { readonly selectionSet: SelectionSetNode }

/** What is asked for of `_entities` that are all asked for as one type; undefined where it is of several. */
export function entitySelectionOf(operation: OperationDefinitionNode): EntitySelection | undefined {
  const [fragment, ...others] = entitiesOf(operation)?.selectionSet.selections ?? []
  if (fragment?.kind !== Kind.INLINE_FRAGMENT || fragment.directives?.length || others.length > 0) return undefined
  const { typeCondition } = fragment
  return typeCondition && { type: typeCondition.name.value, selectionSet: fragment.selectionSet }
}

export interface EntitySelection {
  readonly type: string
  readonly selectionSet: SelectionSetNode
}
