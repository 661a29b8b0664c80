import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { compileFlatKey, compileTextPrint, flatKeyOf } from './flat-key.ts'
import { compileRepresentation } from './representation.ts'
import type { Merge, ResponseObject } from './response-object.ts'
import { compileRewrites } from './rewrite.ts'

/** The entities that one run asks a subgraph about. */
export interface Asked {
  /** JSON of the list of representations. */
  readonly representations: string
  /** How many these are. */
  readonly count: number
  readonly targets: readonly ResponseObject[]
  /** For each target, which of the representations is its own: entities that look the same are asked about once. */
  readonly indexes: readonly number[]
}

/** The same before anything is written; the lists grow. */
export interface Chosen {
  readonly representations: unknown[]
  readonly targets: ResponseObject[]
  readonly indexes: number[]
}

/** Chooses whom to ask about. Whoever lacks some of what is required cannot be asked about. */
export type Choose = (objects: readonly ResponseObject[], chosen: Chosen) => void

export interface AskedParts {
  readonly schema: GraphQLSchema
  readonly merge: Merge
  /** Of all the entities; undefined where each of them says its own. */
  readonly type: string | undefined
  /** Whether the objects' values are JSON already. */
  readonly isVerbatim: boolean
}

/** Writes the JSON of a list of representations. */
export type PrintRepresentations = (representations: readonly unknown[]) => string

/** Compiles what a fetch requires of each of its entities. `Asked` is undefined where there is nobody to ask about. */
export function compileAsked(
  node: FetchNode,
  { schema, merge, type, isVerbatim }: AskedParts,
): (objects: readonly ResponseObject[]) => Asked | undefined {
  const flat = flatKeyOf(node)
  const choose = flat === undefined ? compileChoose(node, schema, merge) : compileFlatKey(flat, schema, type)
  const print: PrintRepresentations = isVerbatim && flat !== undefined ? compileTextPrint(flat, type) : JSON.stringify
  return (objects) => {
    const chosen: Chosen = { representations: [], targets: [], indexes: [] }
    choose(objects, chosen)
    const { representations, targets, indexes } = chosen
    if (targets.length === 0) return undefined
    return { representations: print(representations), count: representations.length, targets, indexes }
  }
}

/** For keys of any form. */
function compileChoose({ requires = [], inputRewrites }: FetchNode, schema: GraphQLSchema, merge: Merge): Choose {
  const represent = compileRepresentation(schema, merge, requires)
  const rewrite = compileRewrites(schema, inputRewrites)
  return (objects, { representations, targets, indexes }) => {
    const known = new Map<string, number>()
    for (const object of objects) {
      const representation = represent(object)
      if (!representation?.__typename) continue
      rewrite?.(representation)
      const text = JSON.stringify(representation)
      let index = known.get(text)
      if (index === undefined) {
        index = representations.push(representation) - 1
        known.set(text, index)
      }
      targets.push(object)
      indexes.push(index)
    }
  }
}
