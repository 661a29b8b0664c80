import type { Supergraph } from '@apollo/federation-internals'
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql'

/**
 * About how many ways through the subgraphs there are to the leaves of an operation, in the worst case: what a planner's
 * work grows with. A leaf below fields that one subgraph alone answers counts 1; a field that n subgraphs share makes n
 * of everything below it.
 */
export type OperationWeight = (document: DocumentNode, operationName: string | undefined) => number

export function createOperationWeight(supergraph: Supergraph, apiSchema: GraphQLSchema): OperationWeight {
  const answering = countAnswering(supergraph)
  const waysOf = (type: GraphQLNamedType, fieldName: string): number => {
    const types = isAbstractType(type) ? apiSchema.getPossibleTypes(type) : [type]
    // The planner goes into each possible type by itself, and combines the ways of one with those of the others.
    return types.reduce((ways, { name }) => ways * (answering.get(`${name}.${fieldName}`) ?? 1), 1)
  }

  return (document, operationName) => {
    const fragments = new Map<string, FragmentDefinitionNode>()
    for (const definition of document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    const known = new Map<string, number>()

    const ofFragment = (name: string): number => {
      const fragment = fragments.get(name)
      if (fragment === undefined) return 0
      const weight = known.get(name) ?? ofSelections(fragment.selectionSet, fragment.typeCondition.name.value)
      known.set(name, weight)
      return weight
    }
    const ofSelections = ({ selections }: SelectionSetNode, typeName: string): number => {
      let weight = 0
      for (const selection of selections) {
        if (selection.kind === Kind.FRAGMENT_SPREAD) weight += ofFragment(selection.name.value)
        else if (selection.kind === Kind.INLINE_FRAGMENT)
          weight += ofSelections(selection.selectionSet, selection.typeCondition?.name.value ?? typeName)
        else weight += selection.selectionSet ? ofField(typeName, selection.name.value, selection.selectionSet) : 1
      }
      return weight
    }
    const ofField = (typeName: string, fieldName: string, selectionSet: SelectionSetNode): number => {
      const type = apiSchema.getType(typeName)
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined
      // Introspection, which no subgraph is asked for.
      if (type === undefined || field === undefined) return 0
      return waysOf(type, fieldName) * ofSelections(selectionSet, getNamedType(field.type).name)
    }

    const operation = getOperationAST(document, operationName)
    const root = operation && apiSchema.getRootType(operation.operation)
    return root ? ofSelections(operation.selectionSet, root.name) : 0
  }
}

/** `Type.field` -> how many subgraphs answer it. */
function countAnswering(supergraph: Supergraph): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const subgraph of supergraph.subgraphs()) {
    for (const type of subgraph.schema.objectTypes()) {
      for (const field of type.fields()) {
        if (subgraph.metadata().isFieldExternal(field)) continue
        counts.set(field.coordinate, (counts.get(field.coordinate) ?? 0) + 1)
      }
    }
  }
  return counts
}
