import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'
import { type Contexts, mapContextSelections, readContexts } from './contexts.ts'
import { argumentText, JOIN_FIELD, parseFieldSet } from './join-directives.ts'

/** A field with the arguments that a `@requires`, or a contextual argument, gives it. */
export interface RequiredField {
  readonly field: string
  readonly arguments: readonly ConstArgumentNode[]
}

/** Name of each field that stands in for another with certain arguments -> what it stands for. */
export type StandIns = ReadonlyMap<string, RequiredField>

type ComposedType = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode

const isComposedType = (node: { readonly kind: Kind }): node is ComposedType =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION

/**
 * Adds, for each field that a `@requires` or a contextual argument asks for and that takes arguments, a field without
 * arguments that stands in for it, and lets the requirement ask for that one.
 */
export function addStandIns(sdl: DocumentNode): { readonly document: DocumentNode; readonly standIns: StandIns } {
  const maker = new StandInMaker(sdl)
  const required = mapTypes(sdl, (type) => maker.require(type))
  const document = mapTypes(required, (type) => maker.extend(type))
  return { document, standIns: maker.standIns }
}

function mapTypes(sdl: DocumentNode, change: (type: ComposedType) => ComposedType): DocumentNode {
  return { ...sdl, definitions: sdl.definitions.map((node) => (isComposedType(node) ? change(node) : node)) }
}

class StandInMaker {
  readonly standIns = new Map<string, RequiredField>()
  readonly #types: ReadonlyMap<string, ComposedType>
  readonly #contexts: Contexts
  readonly #prefix: string
  /** Field and arguments, printed -> the name of its stand-in. */
  readonly #names = new Map<string, string>()
  /** Type -> its stand-ins. */
  readonly #added = new Map<string, Set<string>>()

  constructor(sdl: DocumentNode) {
    this.#types = new Map(sdl.definitions.filter(isComposedType).map((type) => [type.name.value, type]))
    this.#contexts = readContexts(sdl)
    this.#prefix = unusedPrefix([...this.#types.values()])
  }

  /** The type, with requirements that ask for stand-ins. */
  require(type: ComposedType): ComposedType {
    const fields = type.fields?.map((field) => ({
      ...field,
      ...(field.directives && { directives: field.directives.map((node) => this.#requirement(type, node)) }),
    }))
    return { ...type, ...(fields && { fields }) }
  }

  /** The type with its own stand-ins. */
  extend(type: ComposedType): ComposedType {
    const standIns = [...(this.#added.get(type.name.value) ?? [])].flatMap((name) => {
      const original = fieldOf(type, this.standIns.get(name)?.field)
      return original === undefined ? [] : [standInFor(original, name)]
    })
    return standIns.length === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...standIns] }
  }

  #requirement(type: ComposedType, directive: ConstDirectiveNode): ConstDirectiveNode {
    const contextual = mapContextSelections(directive, (context, selection) =>
      this.#replaced(selection, this.#contexts.get(context) ?? []),
    )
    const requires = directive.name.value === JOIN_FIELD ? argumentText(directive, 'requires') : undefined
    if (requires === undefined) return contextual
    const { selections } = this.#replaced(parseFieldSet(requires), [type.name.value])
    const value = selections.map(print).join(' ')
    return {
      ...contextual,
      arguments: (contextual.arguments ?? []).map((argument) =>
        argument.name.value === 'requires' ? { ...argument, value: { kind: Kind.STRING, value } } : argument,
      ),
    }
  }

  /** @param of the types that it selects of: several where several set the same context */
  #replaced({ selections }: SelectionSetNode, of: readonly string[]): SelectionSetNode {
    return { kind: Kind.SELECTION_SET, selections: selections.map((selection) => this.#selection(selection, of)) }
  }

  #selection(selection: SelectionNode, of: readonly string[]): SelectionNode {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return selection
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const inner = selection.typeCondition === undefined ? of : [selection.typeCondition.name.value]
      return { ...selection, selectionSet: this.#replaced(selection.selectionSet, inner) }
    }
    const { name, selectionSet, arguments: given = [] } = selection
    const answered = of.flatMap((type) => fieldOf(this.#types.get(type), name.value)?.type ?? []).map(namedType)
    const below = selectionSet && this.#replaced(selectionSet, answered)
    const replaced = below === undefined ? selection : { ...selection, selectionSet: below }
    const types = of.flatMap((type) => this.#withImplementations(type))
    if (!types.some((one) => (fieldOf(one, name.value)?.arguments ?? []).length > 0)) return replaced
    // The arguments of a field set are constants: there are no variables that they could take.
    const standIn = this.#standIn(name.value, given as readonly ConstArgumentNode[])
    for (const { name: owner } of types) this.#added.set(owner.value, this.#addedTo(owner.value).add(standIn))
    return { ...replaced, name: { kind: Kind.NAME, value: standIn }, arguments: [] }
  }

  #addedTo(type: string): Set<string> {
    return this.#added.get(type) ?? new Set()
  }

  #withImplementations(type: string): readonly ComposedType[] {
    const isOne = ({ name, interfaces = [] }: ComposedType): boolean =>
      name.value === type || interfaces.some((implemented) => implemented.name.value === type)
    return [...this.#types.values()].filter(isOne)
  }

  #standIn(field: string, given: readonly ConstArgumentNode[]): string {
    const key = `${field}(${given.map(print).sort().join(', ')})`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = `${this.#prefix}${this.#names.size}_${field}`
    this.#names.set(key, name)
    this.standIns.set(name, { field, arguments: given })
    return name
  }
}

const fieldOf = (type: ComposedType | undefined, field: string | undefined): FieldDefinitionNode | undefined =>
  type?.fields?.find(({ name }) => name.value === field)

/** Found wherever the original is found; only plans ask for it, so nothing else that is said of the original counts. */
const standInFor = (original: FieldDefinitionNode, name: string): FieldDefinitionNode => ({
  kind: Kind.FIELD_DEFINITION,
  name: { kind: Kind.NAME, value: name },
  type: original.type,
  directives: original.directives?.filter((directive) => directive.name.value === JOIN_FIELD) ?? [],
})

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}

function unusedPrefix(types: readonly ComposedType[]): string {
  const names = types.flatMap(({ fields = [] }) => fields.map(({ name }) => name.value))
  let prefix = '_required'
  while (names.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`
  return prefix
}
