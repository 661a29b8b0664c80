import { createHash } from 'node:crypto'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
} from 'graphql'

/** An object of made-up data: all that is to be known of it follows from its type and its number. */
interface MadeUp {
  readonly __typename: string
  readonly n: number
  /** The representation that it was resolved from. */
  readonly reference?: Readonly<Record<string, unknown>>
}

/** Objects of one type that there are: few, so that different ways lead to the same ones. */
const POPULATION = 12

/**
 * A subgraph that answers every field of its SDL with data made up from the object and the arguments: the same in every
 * subgraph and at every time, with nulls, errors, and entities that are not there.
 */
export function madeUpSubgraph(sdl: string): GraphQLSchema {
  const typeDefs = parse(sdl)
  return buildSubgraphSchema([{ typeDefs, resolvers: resolversOf(typeDefs) }])
}

function resolversOf(document: DocumentNode): GraphQLResolverMap<unknown> {
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const node of document.definitions) {
    const isObject = node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
    const isInterface = node.kind === Kind.INTERFACE_TYPE_DEFINITION
    const type = 'name' in node ? (node.name?.value ?? '') : ''
    if (isInterface || node.kind === Kind.UNION_TYPE_DEFINITION)
      resolvers[type] = { __resolveType: ({ __typename }: MadeUp) => __typename }
    if (!isObject && !isInterface) continue
    const own = resolvers[type] ?? {}
    resolvers[type] = own
    if (hasDirective(node.directives, 'key')) own.__resolveReference = resolveReference
    for (const field of isObject ? (node.fields ?? []) : []) own[field.name.value] = resolverOf(field)
  }
  return resolvers as GraphQLResolverMap<unknown>
}

/** The number at the end of whatever key there is; one in eleven is not there. */
function resolveReference(
  reference: Readonly<Record<string, unknown>>,
  _context: unknown,
  { schema }: GraphQLResolveInfo,
): MadeUp | null {
  const { __typename, ...key } = reference
  const n = Number(/(\d+)"[^"]*$/.exec(JSON.stringify(key))?.[1] ?? 0)
  const type = schema.getType(String(__typename))
  if (n % 11 === 10 || type === undefined) return null
  return { __typename: isAbstractType(type) ? possible(schema, type, n) : type.name, n, reference }
}

function resolverOf(field: FieldDefinitionNode) {
  const name = field.name.value
  const requires = hasDirective(field.directives, 'requires')
  return ({ __typename, n, reference }: Partial<MadeUp> = {}, args: unknown, _: unknown, info: GraphQLResolveInfo) => {
    const site = `${__typename ?? info.parentType.name}.${name}(${JSON.stringify(args)})`
    if (requires) return `${name} of ${JSON.stringify(reference)}`
    return madeUp(info.returnType, site, { n: n ?? 0, name, schema: info.schema })
  }
}

interface Source {
  readonly n: number
  readonly name: string
  readonly schema: GraphQLSchema
}

function madeUp(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  if (isNonNullType(type)) return present(type.ofType, site, source)
  if (seed % 31 === 1) throw new GraphQLError(`${site} of ${source.n} fails`, { extensions: { code: 'MADE_UP' } })
  return seed % 9 === 1 ? null : present(type, site, source)
}

function present(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  if (isListType(type))
    return Array.from({ length: seed % 4 }, (_, index) => madeUp(type.ofType, `${site}[${index}]`, source))
  if (isObjectType(type)) return { __typename: type.name, n: seed % POPULATION }
  if (isAbstractType(type)) {
    const n = seed % POPULATION
    return { __typename: possible(source.schema, type, n), n }
  }
  if (isEnumType(type)) return type.getValues()[seed % type.getValues().length]?.name
  switch (type.name) {
    case 'Int':
      return seed % 1_000
    case 'Float':
      return (seed % 1_000) + 0.5
    case 'Boolean':
      return seed % 2 === 0
    default:
      // Of the name and the number alone: keys have to be the same wherever they are asked for.
      return `${source.name}-${source.n}`
  }
}

function possible(schema: GraphQLSchema, type: Parameters<GraphQLSchema['getPossibleTypes']>[0], n: number): string {
  const names = schema
    .getPossibleTypes(type)
    .map(({ name }) => name)
    .sort()
  return names[n % names.length] ?? ''
}

const hasDirective = (directives: readonly ConstDirectiveNode[] = [], name: string): boolean =>
  directives.some((directive) => directive.name.value === name)

const hash = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0)
