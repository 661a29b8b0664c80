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
  /** Names of the contexts that it sets. */
  readonly contexts: readonly string[]
  /** Field -> its arguments that no client gives. */
  readonly contextual: ReadonlyMap<string, readonly ContextualArgument[]>
  /** All field sets: keys, requirements, what fields provide, and what contextual arguments select. */
  readonly selected: readonly SelectionSetNode[]
}

export interface ContextualArgument {
  readonly name: string
  readonly context: string
  /** What it is of the type that sets the context. */
  readonly selection: SelectionSetNode
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
    const contextual = fields.map((field) => [field.name.value, contextualArguments(field)] as const)
    return [
      {
        name: node.name.value,
        isAbstract: isUnion || isInterface,
        isInterfaceObject: node.directives?.some(({ name }) => name.value === 'interfaceObject') ?? false,
        fields,
        keys: fieldSetsOf(node.directives, 'key').map(firstText),
        required: new Map(required),
        contexts: argumentsOf(node.directives, 'context', 'name'),
        contextual: new Map(contextual),
        selected: [
          ...fieldSetsOf(node.directives, 'key'),
          ...fields.flatMap(({ directives }) => [
            ...fieldSetsOf(directives, 'requires'),
            ...fieldSetsOf(directives, 'provides'),
          ]),
          ...contextual.flatMap(([, given]) => given.map(({ selection }) => selection)),
        ],
      },
    ]
  })
}

function fieldSetsOf(directives: readonly ConstDirectiveNode[] = [], name: string): readonly SelectionSetNode[] {
  return argumentsOf(directives, name, 'fields').map(parseFieldSet)
}

function argumentsOf(directives: readonly ConstDirectiveNode[] = [], name: string, argument: string): string[] {
  return directives
    .filter((directive) => directive.name.value === name)
    .flatMap(({ arguments: given = [] }) => given.find((one) => one.name.value === argument)?.value ?? [])
    .map((value) => String(valueFromASTUntyped(value)))
}

/** `$context { field }`, or `$context ... on Type { field }`. */
function contextualArguments({ arguments: given = [] }: FieldDefinitionNode): readonly ContextualArgument[] {
  return given.flatMap(({ name, directives }) =>
    argumentsOf(directives, 'fromContext', 'field').map((field) => {
      const [, context = '', selection = ''] = /^\$(\w+)\s*(.*)$/s.exec(field) ?? []
      const bare = selection.startsWith('{') ? selection.slice(1, -1) : selection
      return { name: name.value, context, selection: parseFieldSet(bare) }
    }),
  )
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
