import type { FetchNode } from '@apollo/query-planner'
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { entitySelectionOf, operationOf } from '../entities-operation.ts'
import { collectFields, type Selected } from '../field-selection.ts'
import { Unsuited } from './unsuited.ts'

/** What is selected of objects of one type, in order. */
export interface Selection {
  readonly type: GraphQLObjectType
  readonly fields: readonly SelectedField[]
}

export interface SelectedField {
  readonly key: string
  readonly name: string
  readonly parent: GraphQLObjectType
  /** Undefined for `__typename`. */
  readonly type: GraphQLOutputType | undefined
  /** Undefined for a leaf. */
  readonly below: Selection | undefined
}

/**
 * What clients asked for.
 * @throws Unsuited where that depends on a request: on variables, or on the type of an object
 */
export function clientSelection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Selection {
  const selectionOf = (type: unknown, selected: readonly Selected[]): Selection => {
    if (!isObjectType(type)) throw new Unsuited('an abstract type')
    const applies = (condition: string): boolean => {
      if (condition !== type.name) throw new Unsuited('a fragment on an abstract type')
      return true
    }
    const fields = collectFields(selected, { fragments, applies }).map(({ key, name, condition, below }) => {
      if (condition !== undefined) throw new Unsuited('a condition')
      return selectedField(type, { key, name }, (named) => selectionOf(named, below))
    })
    return { type, fields }
  }
  return selectionOf(schema.getRootType(operation.operation), [
    { selectionSet: operation.selectionSet, condition: undefined },
  ])
}

/**
 * What a fetch asks for: at the root, or of its entities.
 * @throws Unsuited for another form than the planner gives to nearly all
 */
export function fetchedSelection(schema: GraphQLSchema, fetch: FetchNode): Selection {
  const operation = operationOf(fetch)
  if (operation === undefined) throw new Unsuited('fragments')
  if (fetch.requires === undefined)
    return selectionOfNodes(schema, schema.getRootType(operation.operation), operation.selectionSet)
  const selected = entitySelectionOf(operation)
  if (selected === undefined) throw new Unsuited('entities of several types')
  return selectionOfNodes(schema, schema.getType(selected.type), selected.selectionSet)
}

function selectionOfNodes(schema: GraphQLSchema, type: unknown, { selections }: SelectionSetNode): Selection {
  if (!isObjectType(type)) throw new Unsuited('an abstract type')
  const fields = selections.map((selection) => {
    if (selection.kind !== Kind.FIELD || selection.directives?.length) throw new Unsuited('a fragment or a directive')
    const key = keyOf(selection)
    const { selectionSet } = selection
    return selectedField(type, { key, name: selection.name.value }, (named) =>
      selectionOfNodes(schema, named, selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }),
    )
  })
  return { type, fields }
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value

function selectedField(
  parent: GraphQLObjectType,
  { key, name }: Pick<SelectedField, 'key' | 'name'>,
  belowOf: (type: unknown) => Selection,
): SelectedField {
  // It would set an object's prototype.
  if (key === '__proto__') throw new Unsuited('a key that is none of ours')
  if (name === '__typename') return { key, name, parent, type: undefined, below: undefined }
  const type = parent.getFields()[name]?.type
  if (type === undefined) throw new Unsuited(`the field ${name}`)
  const named = getNamedType(type)
  return { key, name, parent, type, below: isLeafType(named) ? undefined : belowOf(named) }
}
