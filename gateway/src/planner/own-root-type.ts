import type { FetchNode } from '@apollo/query-planner'
import {
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql'

/** What composition calls the root types, whatever they are called in subgraphs. */
const ROOT_CONDITION = /\.\.\.\s*on (Query|Mutation|Subscription)\b/

/**
 * A fetch of root fields without conditions on the root's type: a subgraph may have another name for it, and would refuse
 * the whole operation. There is one type at the root, which all of them fit.
 */
export function inOwnRootType(fetch: FetchNode): FetchNode {
  if (fetch.requires !== undefined || !ROOT_CONDITION.test(fetch.operation)) return fetch
  const document = visit(parse(fetch.operation, { noLocation: true }), {
    OperationDefinition: (node): OperationDefinitionNode => ({
      ...node,
      selectionSet: unconditioned(node.selectionSet),
    }),
  })
  return { ...fetch, operation: stripIgnoredCharacters(print(document)) }
}

function unconditioned(selectionSet: SelectionSetNode): SelectionSetNode {
  return {
    ...selectionSet,
    selections: selectionSet.selections.map((selection) => {
      if (selection.kind !== Kind.INLINE_FRAGMENT) return selection
      const { typeCondition: _, ...fragment } = selection
      return { ...fragment, selectionSet: unconditioned(selection.selectionSet) }
    }),
  }
}
