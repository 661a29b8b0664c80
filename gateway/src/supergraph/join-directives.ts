import { type DirectiveNode, type FieldNode, Kind, parse, type SelectionSetNode } from 'graphql'

/** Names in the join specification of a composed supergraph, which no subgraph can rename. */
export const JOIN_FIELD = 'join__field'
export const JOIN_TYPE = 'join__type'
export const JOIN_GRAPH_ENUM = 'join__Graph'
export const JOIN_GRAPH = 'join__graph'

/** The text of an argument that is a string or the name of an enum value; undefined when it is not given. */
export function argumentText(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined
}

/** The selection that a key or a requirement stands for. */
export function parseFieldSet(fields: string): SelectionSetNode {
  const [definition] = parse(`{${fields}}`, { noLocation: true }).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no field set: ${fields}`)
  return definition.selectionSet
}

/** Every field of a field set, at whatever depth. */
export function fieldsIn({ selections }: SelectionSetNode): readonly FieldNode[] {
  return selections.flatMap((selection) => {
    const below = selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet
    const own = selection.kind === Kind.FIELD ? [selection] : []
    return below ? [...own, ...fieldsIn(below)] : own
  })
}
