import { type ConstDirectiveNode, type DocumentNode, Kind, type SelectionSetNode } from 'graphql'
import {
  argumentText,
  fieldsIn,
  JOIN_FIELD,
  JOIN_GRAPH,
  JOIN_GRAPH_ENUM,
  JOIN_TYPE,
  parseFieldSet,
} from './join-directives.ts'

/** What subgraphs demand of a representation. Names are those that the planner knows. */
export interface Requirements {
  /** `requirementKey` of a field -> the fields of its entity, and the stand-ins at any depth, that it requires. */
  readonly requirements: ReadonlyMap<string, ReadonlySet<string>>
  /** `entityKey` of a type -> the fields of its keys. */
  readonly keyFields: ReadonlyMap<string, ReadonlySet<string>>
}

export const entityKey = (subgraph: string, type: string): string => `${subgraph} ${type}`
export const requirementKey = (subgraph: string, type: string, field: string): string => `${subgraph} ${type}.${field}`

export function readRequirements(sdl: DocumentNode, isStandIn: (field: string) => boolean): Requirements {
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
      keyFields.set(entity, new Set([...(keyFields.get(entity) ?? []), ...topFields(parseFieldSet(key))]))
    }
    for (const field of type.fields ?? [])
      for (const directive of field.directives ?? []) {
        const requires = directive.name.value === JOIN_FIELD ? argumentText(directive, 'requires') : undefined
        if (requires === undefined) continue
        const selection = parseFieldSet(requires)
        const standIns = fieldsIn(selection).filter(({ name }) => isStandIn(name.value))
        const names = [...topFields(selection), ...standIns.map(({ name }) => name.value)]
        requirements.set(requirementKey(subgraphOf(directive), type.name.value, field.name.value), new Set(names))
      }
  }
  return { requirements, keyFields }
}

function topFields({ selections }: SelectionSetNode): readonly string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value]
    return selection.kind === Kind.INLINE_FRAGMENT ? topFields(selection.selectionSet) : []
  })
}

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
