import { type DocumentNode, Kind, type TypeNode } from 'graphql'

/**
 * For each field that answers one of several types, or a value of an enum: those that all subgraphs know which answer it.
 * A subgraph may know only some members of a union, and the same field is to answer the same everywhere.
 */
export type AnsweredTypes = ReadonlyMap<string, readonly string[]>

export function answeredTypes(documents: readonly DocumentNode[]): AnsweredTypes {
  const answered = new Map<string, readonly string[]>()
  for (const document of documents) {
    const choices = choicesIn(document)
    for (const type of document.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue
      for (const field of type.fields ?? []) {
        const names = choices.get(namedType(field.type))
        if (names === undefined || field.directives?.some(({ name }) => name.value === 'external')) continue
        const coordinate = `${type.name.value}.${field.name.value}`
        const known = answered.get(coordinate)
        answered.set(coordinate, known === undefined ? names : known.filter((name) => names.includes(name)))
      }
    }
  }
  return answered
}

/** Interfaces, unions and enums -> what they may be, in the order of the alphabet. */
function choicesIn({ definitions }: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const choices = new Map<string, string[]>()
  const add = (type: string, choice: string): void => {
    choices.set(type, [...(choices.get(type) ?? []), choice].sort())
  }
  for (const node of definitions) {
    if (node.kind === Kind.UNION_TYPE_DEFINITION)
      for (const member of node.types ?? []) add(node.name.value, member.name.value)
    if (node.kind === Kind.ENUM_TYPE_DEFINITION)
      for (const value of node.values ?? []) add(node.name.value, value.name.value)
    if (node.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const implemented of node.interfaces ?? []) add(implemented.name.value, node.name.value)
  }
  return choices
}

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type))
