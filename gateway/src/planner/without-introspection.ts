import { type DocumentNode, type FieldNode, Kind, visit } from 'graphql'

/**
 * The document without `__schema` and `__type`, of which no subgraph is asked, and which the planner finds no way to where
 * they stand on a condition beside other fields. The type's name, which it has anyway, stands in for them.
 */
export function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field({ name, directives }): FieldNode | undefined {
      if (name.value !== '__schema' && name.value !== '__type') return undefined
      return { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' }, ...(directives && { directives }) }
    },
    FragmentDefinition: ({ typeCondition }) => (typeCondition.name.value.startsWith('__') ? null : undefined),
  })
}
