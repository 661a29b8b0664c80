import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql'
import type { FieldGroup } from './field-selection.ts'
import type { Run } from './run.ts'

/** Answers `__schema` and `__type` from the schema that clients see: no subgraph is asked. */
export function compileIntrospection(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (group: FieldGroup, { variables, coerced }: Pick<Run, 'variables' | 'coerced'>) => unknown {
  return ({ key, nodes, below }, { variables, coerced }) => {
    const selected = nodes.filter((_, index) => below[index]?.condition?.(coerced) !== false)
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions,
          // Their conditions were asked already.
          selectionSet: {
            kind: Kind.SELECTION_SET,
            selections: selected.map((node) => ({ ...node, directives: [] })),
          },
        },
        ...fragments.values(),
      ],
    }
    const { data } = executeSync({ schema, document, rootValue: {}, variableValues: variables })
    return data?.[key] ?? null
  }
}
