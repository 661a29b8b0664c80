import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql'
import { parseFieldSet } from '../../supergraph/join-directives.ts'

/** What a subgraph's SDL says of a type. */
export interface TypeShape {
  readonly name: string
  readonly isAbstract: boolean
  readonly isInterfaceObject: boolean
  readonly fields: readonly FieldDefinitionNode[]
  /** For each key the way to its first text. */
  readonly keys: readonly (readonly string[])[]
  /** Field -> what it requires. */
  readonly required: ReadonlyMap<string, SelectionSetNode>
  /** All field sets: keys, requirements, and what fields provide. */
  readonly selected: readonly SelectionSetNode[]
}

export type Representation = Readonly<Record<string, unknown>>

export function readShape({ definitions }: DocumentNode): readonly TypeShape[] {
  return definitions.flatMap((node): TypeShape[] => {
    const isUnion = node.kind === Kind.UNION_TYPE_DEFINITION
    const isInterface = node.kind === Kind.INTERFACE_TYPE_DEFINITION
    const isObject = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
    if (!isUnion && !isInterface && !isObject) return []
    const fields = isUnion ? [] : (node.fields ?? [])
    const required = fields.flatMap((field) => {
      return fieldSetsOf(field.directives, 'requires').map((selection) => [field.name.value, selection] as const)
    })
    return [
      {
        name: node.name.value,
        isAbstract: isUnion || isInterface,
        isInterfaceObject: node.directives?.some(({ name }) => name.value === 'interfaceObject') ?? false,
        fields,
        keys: fieldSetsOf(node.directives, 'key').map(firstText),
        required: new Map(required),
        selected: [
          ...fieldSetsOf(node.directives, 'key'),
          ...fields.flatMap(({ directives }) => [
            ...fieldSetsOf(directives, 'requires'),
            ...fieldSetsOf(directives, 'provides'),
          ]),
        ],
      },
    ]
  })
}

function fieldSetsOf(directives: readonly ConstDirectiveNode[] = [], name: string): readonly SelectionSetNode[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) => {
      const fields = given.find((argument) => argument.name.value === 'fields')?.value
      return parseFieldSet(fields === undefined ? '' : String(valueFromASTUntyped(fields)))
    })
}

function firstText({ selections: [first] }: SelectionSetNode): readonly string[] {
  if (first?.kind !== Kind.FIELD) return []
  return [first.name.value, ...(first.selectionSet ? firstText(first.selectionSet) : [])]
}

/** What a field set selects of a value, in its order, whatever else there is and in whichever order. */
export function picked(value: unknown, { selections }: SelectionSetNode): unknown {
  if (Array.isArray(value)) return value.map((item) => picked(item, { kind: Kind.SELECTION_SET, selections }))
  if (typeof value !== 'object' || value === null) return value ?? null
  const object = value as Representation
  const entries = selections.flatMap((selection): [string, unknown][] => {
    if (selection.kind !== Kind.FIELD) return []
    const { name, selectionSet } = selection
    const inner = object[name.value] ?? null
    return [[name.value, selectionSet ? picked(inner, selectionSet) : inner]]
  })
  return Object.fromEntries(entries)
}
