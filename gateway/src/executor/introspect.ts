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

/** Answers `__schema` and `__type` from the schema that clients see: no subgraph is asked. */
export function compileIntrospection(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (group: FieldGroup, variables: Readonly<Record<string, unknown>>) => unknown {
  return ({ key, nodes }, variables) => {
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [
        {
          kind: Kind.OPERATION_DEFINITION,
          operation: OperationTypeNode.QUERY,
          variableDefinitions,
          // Its conditions were asked already.
          selectionSet: { kind: Kind.SELECTION_SET, selections: nodes.map((node) => ({ ...node, directives: [] })) },
        },
        ...fragments.values(),
      ],
    }
    const { data } = executeSync({ schema, document, rootValue: {}, variableValues: variables })
    return data?.[key] ?? null
  }
}
