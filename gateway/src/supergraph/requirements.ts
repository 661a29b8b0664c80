import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import { argumentText, JOIN_FIELD, JOIN_GRAPH, JOIN_GRAPH_ENUM, JOIN_TYPE, parseFieldSet } from './join-directives.ts'

/** What subgraphs demand of a representation. Names are those that the planner knows. */
export interface Requirements {
  /** `requirementKey` of a field -> the paths of the fields that it requires of its entity: `box`, `box.side`. */
  readonly requirements: ReadonlyMap<string, ReadonlySet<string>>
  /** `entityKey` of a type -> the paths of the fields of its keys. */
  readonly keyFields: ReadonlyMap<string, ReadonlySet<string>>
}

export const entityKey = (subgraph: string, type: string): string => `${subgraph} ${type}`
export const requirementKey = (subgraph: string, type: string, field: string): string => `${subgraph} ${type}.${field}`

export function readRequirements(sdl: DocumentNode): Requirements {
  const requirements = new Map<string, ReadonlySet<string>>()
  const keyFields = new Map<string, ReadonlySet<string>>()
  const subgraphs = subgraphNames(sdl)
  const subgraphOf = (directive: ConstDirectiveNode): string =>
    subgraphs.get(argumentText(directive, 'graph') ?? '') ?? ''

  for (const type of sdl.definitions) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const directive of type.directives ?? []) {
      const key = directive.name.value === JOIN_TYPE ? argumentText(directive, 'key') : undefined
      if (key === undefined) continue
      const entity = entityKey(subgraphOf(directive), type.name.value)
      keyFields.set(entity, new Set([...(keyFields.get(entity) ?? []), ...pathsIn(parseFieldSet(key))]))
    }
    for (const field of type.fields ?? [])
      for (const directive of field.directives ?? []) {
        const requires = directive.name.value === JOIN_FIELD ? argumentText(directive, 'requires') : undefined
        if (requires === undefined) continue
        const paths = new Set(pathsIn(parseFieldSet(requires)))
        requirements.set(requirementKey(subgraphOf(directive), type.name.value, field.name.value), paths)
      }
  }
  return { requirements, keyFields }
}

/** Of every field at whatever depth; on which type it is does not matter. */
function pathsIn({ selections }: SelectionSetNode, above = ''): readonly string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []
    if (selection.kind === Kind.INLINE_FRAGMENT) return pathsIn(selection.selectionSet, above)
    const path = pathOf(above, selection.name.value)
    return [path, ...(selection.selectionSet ? pathsIn(selection.selectionSet, path) : [])]
  })
}

/** @param above '' for a field of the entity itself */
export const pathOf = (above: string, field: string): string => (above === '' ? field : `${above}.${field}`)

/** `join__Graph` value -> the name of the subgraph. */
function subgraphNames(sdl: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  for (const node of sdl.definitions) {
    if (node.kind !== Kind.ENUM_TYPE_DEFINITION || node.name.value !== JOIN_GRAPH_ENUM) continue
    for (const { name, directives = [] } of node.values ?? []) {
      const graph = directives.find((directive) => directive.name.value === JOIN_GRAPH)
      names.set(name.value, (graph && argumentText(graph, 'name')) ?? name.value)
    }
  }
  return names
}
