import { createHash } from 'node:crypto'
import {
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'

/** An object of made-up data: all that is to be known of it follows from its type and its number. */
export interface MadeUp {
  readonly __typename: string
  readonly n: number
}

/** Objects of one type that there are: few, so that different ways lead to the same ones. */
const POPULATION = 12

interface Source {
  /** The number of the object. */
  readonly n: number
  readonly name: string
  readonly schema: GraphQLSchema
  /** Whether the field is of a key: an object in it has the number of what it identifies. */
  readonly isKey: boolean
}

/** The value of a field; `site` says of which, with which arguments. Throws where the field fails. */
export function madeUp(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  if (isNonNullType(type)) return present(type.ofType, site, source)
  if (seed % 31 === 1) throw new GraphQLError(`${site} of ${source.n} fails`, { extensions: { code: 'MADE_UP' } })
  return seed % 9 === 1 ? null : present(type, site, source)
}

function present(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  if (isListType(type))
    return Array.from({ length: seed % 4 }, (_, index) => madeUp(type.ofType, `${site}[${index}]`, source))
  if (isObjectType(type)) return { __typename: type.name, n: source.isKey ? source.n : seed % POPULATION }
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

/** The type that the object with that number has. */
export function possible(
  schema: GraphQLSchema,
  type: Parameters<GraphQLSchema['getPossibleTypes']>[0],
  n: number,
): string {
  const names = schema
    .getPossibleTypes(type)
    .map(({ name }) => name)
    .sort()
  return names[n % names.length] ?? ''
}

const hash = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0)
