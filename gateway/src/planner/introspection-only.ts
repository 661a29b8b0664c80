import { type DocumentNode, type FragmentDefinitionNode, getOperationAST, Kind, type SelectionSetNode } from 'graphql'

/** Whether an operation asks about the schema alone, so that no subgraph has to hear of it. */
export function isIntrospectionOnly(document: DocumentNode, operationName: string | undefined): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)

  const isOnly = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value.startsWith('__')
      if (selection.kind === Kind.INLINE_FRAGMENT) return isOnly(selection.selectionSet)
      const fragment = fragments.get(selection.name.value)
      // Once is enough: nested spreads of the same fragments may be exponentially many.
      fragments.delete(selection.name.value)
      return fragment === undefined || isOnly(fragment.selectionSet)
    })

  const operation = getOperationAST(document, operationName)
  return operation?.operation === 'query' && isOnly(operation.selectionSet)
}
