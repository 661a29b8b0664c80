import { createHash } from 'node:crypto'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { fieldsIn } from '../../supergraph/join-directives.ts'
import { type AnsweredTypes, answeredTypes } from './answered-types.ts'
import { readShape } from './subgraph-shape.ts'

/** An object of made-up data: all that is to be known of it follows from its type and its number. */
export interface MadeUp {
  readonly __typename: string
  readonly n: number
}

/** What is the same in all subgraphs of a graph. */
export interface MadeUpWorld {
  readonly answered: AnsweredTypes
  /** Names of fields that are in keys, requirements and provisions: none of these fails where it must not be null. */
  readonly selected: ReadonlySet<string>
}

/** Objects of one type that there are: few, so that different ways lead to the same ones. */
const POPULATION = 12

interface Source {
  /** The number of the object. */
  readonly n: number
  readonly name: string
  readonly schema: GraphQLSchema
  readonly world: MadeUpWorld
  /** Whether the field is of a key: an object in it has the number of what it identifies. */
  readonly isKey: boolean
}

/** The value of a field; `site` says of which, with which arguments. Throws where the field fails. */
export function madeUp(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  // An item fails its whole list, which others may need.
  const isWhole = isNonNullType(type) || site.endsWith(']')
  const fails = seed % (isNonNullType(type) ? 61 : 31) === 1 && !(isWhole && source.world.selected.has(source.name))
  if (fails) throw new GraphQLError(`${site} of ${source.n} fails`, { extensions: { code: 'MADE_UP' } })
  if (isNonNullType(type)) return present(type.ofType, site, source)
  return seed % 9 === 1 ? null : present(type, site, source)
}

function present(type: GraphQLOutputType, site: string, source: Source): unknown {
  const seed = hash(`${site} of ${source.n}`)
  const choices = source.world.answered.get(site.slice(0, site.indexOf('('))) ?? []
  const chosen = (number: number): string | undefined => choices[number % choices.length]
  if (isListType(type))
    return Array.from({ length: seed % 4 }, (_, index) => madeUp(type.ofType, `${site}[${index}]`, source))
  if (isObjectType(type)) return { __typename: type.name, n: source.isKey ? source.n : seed % POPULATION }
  if (isAbstractType(type)) {
    const n = seed % POPULATION
    return { __typename: chosen(n) ?? possible(source.schema, type, n), n }
  }
  if (isEnumType(type)) return chosen(seed) ?? null
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

export function worldOf(documents: readonly DocumentNode[]): MadeUpWorld {
  const shapes = documents.flatMap(readShape)
  const fieldSets = shapes.flatMap(({ selected }) => selected)
  const selected = new Set(fieldSets.flatMap(fieldsIn).map(({ name }) => name.value))
  return { answered: answeredTypes(documents), selected }
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
