import type { FetchNode } from '@apollo/query-planner'
import type { FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql'
import { placedFetches } from '../fetches-of.ts'
import { flatKeyOf } from '../flat-key.ts'
import { FunctionSource, property } from '../function-source.ts'
import type { LeanPlan } from '../known-types.ts'
import type { Merge, Merging } from '../response-object.ts'
import { compileRead, type Read } from './reader.ts'
import { clientSelection, fetchedSelection } from './selections.ts'
import { type NestedPart, type ObjectShape, type Supply, shapesOf } from './shapes.ts'
import { Unsuited } from './unsuited.ts'
import { compileWriteTexts, type WriteTexts } from './writer.ts'

/** How the fetches of a plan are answered by texts that are taken over from subgraphs' answers. */
export interface Verbatim {
  readRoot(fetch: FetchNode): Read
  /** Reads the answer of a request for the entities of one fetch or several, each list under its key. */
  readEntities(lists: readonly { readonly key: string; readonly fetch: FetchNode }[]): Read
  /** Merges the texts of an entity, or of a root, into what is known of it. */
  mergeOf(fetch: FetchNode, merging: Merging): Merge
  readonly write: WriteTexts
}

export interface VerbatimParts {
  readonly operation: OperationDefinitionNode
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly clientKeys: ReadonlyMap<string, string>
  readonly supergraphSchema: GraphQLSchema
  readonly apiSchema: GraphQLSchema
}

/** Undefined for an operation that has to be answered by values. */
export function compileVerbatim(lean: LeanPlan, parts: VerbatimParts): Verbatim | undefined {
  try {
    return verbatimOf(lean, parts)
  } catch (error) {
    if (error instanceof Unsuited) return undefined
    throw error
  }
}

function verbatimOf({ plan, typeAt }: LeanPlan, parts: VerbatimParts): Verbatim {
  const { operation, fragments, clientKeys, supergraphSchema, apiSchema } = parts
  if (operation.operation !== 'query') throw new Unsuited('a mutation')
  const client = clientSelection(apiSchema, operation, fragments)
  const supplies = new Map<FetchNode, Supply>()
  for (const { fetch, place } of placedFetches(plan)) {
    const selection = fetchedSelection(supergraphSchema, fetch)
    const required = requiredOf(fetch)
    const isRoot = fetch.requires === undefined
    if (isRoot ? place.length > 0 : typeAt(place) !== selection.type.name)
      throw new Unsuited('a type that is not certain')
    supplies.set(fetch, { place: place.filter((key) => key !== '@').join('.'), selection, required })
  }
  const shapes = shapesOf(client, [...supplies.values()], clientKeys)

  function shapeOf(fetch: FetchNode): ObjectShape {
    const supply = supplies.get(fetch)
    const shape = supply && shapes.bySupply.get(supply)
    if (shape === undefined) throw new Error('a fetch is none of its plan')
    return shape
  }

  return {
    readRoot: (fetch) => compileRead(shapeOf(fetch)),
    readEntities: (lists) =>
      compileRead({ parts: lists.map(({ key, fetch }) => entities(key, shapeOf(fetch))), room: [] }),
    mergeOf: (fetch, merging) => compileMerge(shapeOf(fetch), merging),
    write: compileWriteTexts(client, shapes, clientKeys),
  }
}

const entities = (key: string, shape: ObjectShape): NestedPart => ({
  kind: 'nested',
  key,
  isNullable: false,
  items: { areNullable: true },
  shape,
})

function requiredOf(fetch: FetchNode): readonly string[] {
  if (fetch.outputRewrites?.length) throw new Unsuited('a rewrite')
  if (fetch.requires === undefined) return []
  const flat = flatKeyOf(fetch)
  if (flat === undefined) throw new Unsuited('a key that is not flat')
  return flat.fields.map(({ name, alias }) => alias ?? name)
}

/** Texts replace what was there; objects and lists are merged. */
function compileMerge({ parts }: ObjectShape, merging: Merging): Merge {
  const source = new FunctionSource()
  const statements = parts.map(({ kind, key }) => {
    const incoming = property('source', key)
    if (kind === 'text') return `target[${JSON.stringify(key)}] = ${incoming}`
    return `target[${JSON.stringify(key)}] = ${source.constant(merging.value)}(${property('target', key)}, ${incoming})`
  })
  return source.build(source.add('target, source', statements.join('\n')))
}
