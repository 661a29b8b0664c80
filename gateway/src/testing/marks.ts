import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isTypeDefinitionNode,
  Kind,
  type OperationTypeNode,
  valueFromASTUntyped,
} from 'graphql'

/** A type, or a field of one, that the composed SDL marks for authorisation. */
export interface Mark {
  readonly type: string
  /** Undefined where the type itself is marked. */
  readonly field: string | undefined
}

const SPECS = ['authenticated', 'requiresScopes', 'policy']

/** Reads the marks as a person would: by the names that the `@link`s of the supergraph give the three directives. */
export function marksOf(composed: DocumentNode): readonly Mark[] {
  const links = composed.definitions.flatMap(
    ({ kind, directives }) => (kind === Kind.SCHEMA_DEFINITION && directives) || [],
  )
  const names = new Set(links.flatMap((link) => nameOfSpec(link) ?? []))
  const isMarked = ({ directives = [] }: { readonly directives?: readonly ConstDirectiveNode[] }): boolean =>
    directives.some(({ name }) => names.has(name.value))
  const marks: Mark[] = []
  for (const definition of composed.definitions) {
    if (!isTypeDefinitionNode(definition)) continue
    const type = definition.name.value
    if (isMarked(definition)) marks.push({ type, field: undefined })
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of definition.fields ?? []) if (isMarked(field)) marks.push({ type, field: field.name.value })
  }
  return marks
}

/** Under which name a `@link` brings one of the three directives in; undefined when it brings something else. */
function nameOfSpec(link: ConstDirectiveNode): string | undefined {
  const given = Object.fromEntries(
    (link.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
  )
  const spec = String(given.url).split('/').at(-2) ?? ''
  if (!SPECS.includes(spec)) return undefined
  const renamed = (given.import as undefined | { name?: string; as?: string }[])?.find(
    ({ name }) => name === `@${spec}`,
  )
  return renamed?.as?.slice(1) ?? String(given.as ?? spec)
}

/** An operation that reads one place of the graph, and the response path of that place. */
export interface Reading {
  readonly query: string
  readonly path: readonly string[]
}

interface Way {
  readonly before: string
  readonly after: string
  readonly path: readonly string[]
}

/** For each type that clients can reach, the shortest operation that reaches it. */
export function waysThrough(schema: GraphQLSchema): (mark: Mark) => Reading | undefined {
  const ways = new Map<GraphQLNamedType, Way>()
  const queue: GraphQLNamedType[] = []
  const reach = (type: GraphQLNamedType, way: Way): void => {
    if (ways.has(type)) return
    ways.set(type, way)
    queue.push(type)
  }
  for (const kind of ['query', 'mutation', 'subscription'] as const) {
    const root = schema.getRootType(kind as OperationTypeNode)
    if (root) reach(root, { before: `${kind} {`, after: '}', path: [] })
  }
  for (let type = queue.shift(); type !== undefined; type = queue.shift()) {
    const { before, after, path } = ways.get(type) as Way
    if (isAbstractType(type))
      for (const possible of schema.getPossibleTypes(type))
        reach(possible, { before: `${before} ... on ${possible.name} {`, after: `} ${after}`, path })
    if (!('getFields' in type) || isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const below = getNamedType(field.type)
      const opened = `${before} ${field.name}${printed(field.args)} {`
      if (isCompositeType(below)) reach(below, { before: opened, after: `} ${after}`, path: [...path, field.name] })
    }
  }
  return ({ type: typeName, field: fieldName }) => {
    const type = schema.getType(typeName)
    const way = type && ways.get(type)
    if (type === undefined || way === undefined) return undefined
    if (fieldName === undefined) return { query: `${way.before} __typename ${way.after}`, path: way.path }
    const field = 'getFields' in type && !isInputObjectType(type) ? type.getFields()[fieldName] : undefined
    if (field === undefined) return undefined
    const below = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''
    const selection = `${fieldName}${printed(field.args)}${below}`
    return { query: `${way.before} ${selection} ${way.after}`, path: [...way.path, fieldName] }
  }
}

function printed(args: readonly GraphQLArgument[]): string {
  const given = args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${literalOf(type)}`)
  return given.length === 0 ? '' : `(${given.join(', ')})`
}

/** A literal that is valid for a type, whatever it may mean. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType)
  if (isListType(type)) return '[]'
  if (isEnumType(type)) return type.getValues()[0]?.name ?? ''
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField)
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`
  }
  if (type.name === 'Boolean') return 'true'
  return type.name === 'Int' || type.name === 'Float' ? '1' : '"x"'
}
