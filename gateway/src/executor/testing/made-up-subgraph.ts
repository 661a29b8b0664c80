import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import { type FieldDefinitionNode, type GraphQLResolveInfo, type GraphQLSchema, isAbstractType, parse } from 'graphql'
import { type MadeUp, type MadeUpWorld, madeUp, possible } from './made-up-value.ts'
import { picked, type Representation, readShape, type TypeShape } from './subgraph-shape.ts'

export interface MadeUpOptions {
  /** Whether one entity in eleven is not there. */
  readonly isLossy: boolean
  readonly world: MadeUpWorld
}

/** What a resolver is given: nothing at the root. */
type Parent = Partial<MadeUp> & { readonly reference?: Representation }

/**
 * A subgraph that answers every field of its SDL with data made up from the object and the arguments: the same in every
 * subgraph and at every time, with nulls and errors. A field that requires others answers with those.
 */
export function madeUpSubgraph(sdl: string, options: MadeUpOptions): GraphQLSchema {
  const typeDefs = parse(sdl)
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const shape of readShape(typeDefs)) {
    const own: Record<string, unknown> = {}
    resolvers[shape.name] = own
    if (shape.isAbstract) own.__resolveType = ({ __typename }: MadeUp) => __typename
    if (shape.keys.length > 0) own.__resolveReference = referenceResolver(shape, options)
    if (!shape.isAbstract) for (const field of shape.fields) own[field.name.value] = resolverOf(field, shape, options)
  }
  return buildSubgraphSchema([{ typeDefs, resolvers: resolvers as GraphQLResolverMap<unknown> }])
}

function referenceResolver({ keys }: TypeShape, { isLossy }: MadeUpOptions) {
  return (reference: Representation, _context: unknown, { schema }: GraphQLResolveInfo): Parent | null => {
    const n = keys.map((key) => numberIn(reference, key)).find((found) => found !== undefined)
    const type = schema.getType(String(reference.__typename))
    if (n === undefined || (isLossy && n % 11 === 10) || type === undefined) return null
    return { __typename: isAbstractType(type) ? possible(schema, type, n) : type.name, n, reference }
  }
}

/** The number at the end of the text in a key. */
function numberIn(reference: Representation, [field = '', ...below]: readonly string[]): number | undefined {
  const value = reference[field]
  if (typeof value === 'object' && value !== null) return numberIn(value as Representation, below)
  const digits = /\d+$/.exec(String(value))?.[0]
  return digits === undefined ? undefined : Number(digits)
}

function resolverOf(field: FieldDefinitionNode, { keys, required }: TypeShape, { world }: MadeUpOptions) {
  const name = field.name.value
  const requires = required.get(name)
  const isKey = keys.some(([first]) => first === name)
  return ({ __typename, n = 0, reference }: Parent = {}, args: unknown, _: unknown, info: GraphQLResolveInfo) => {
    if (requires) return `${name} of ${JSON.stringify(picked(reference, requires))}`
    const site = `${__typename ?? info.parentType.name}.${name}(${JSON.stringify(args)})`
    return madeUp(info.returnType, site, { n, name, schema: info.schema, world, isKey })
  }
}
