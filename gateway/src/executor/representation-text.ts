import type { FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { compileRepresentation } from './representation.ts'
import type { Merge, ResponseObject } from './response-object.ts'
import { compileRewrites } from './rewrite.ts'
import { compileTypeCondition } from './type-condition.ts'

/** JSON of an object's representation; undefined where some of it is not there, and it cannot be asked about. */
export type RepresentationText = (object: ResponseObject) => string | undefined

/** Compiles what a fetch requires of each of its entities. */
export function compileRepresentationText(node: FetchNode, schema: GraphQLSchema, merge: Merge): RepresentationText {
  const { requires = [], inputRewrites } = node
  const flat = flatKey(requires)
  if (flat !== undefined && !inputRewrites?.length) return compileFlat(flat, schema)
  const represent = compileRepresentation(schema, merge, requires)
  const rewrite = compileRewrites(schema, inputRewrites)
  return (object) => {
    const representation = represent(object)
    if (!representation?.__typename) return undefined
    rewrite?.(representation)
    return JSON.stringify(representation)
  }
}

interface FlatKey {
  readonly typeCondition: string
  readonly fields: readonly QueryPlanFieldNode[]
}

/** Nearly all keys: a few fields of one type, none of which has fields of its own. */
function flatKey(requires: readonly QueryPlanSelectionNode[]): FlatKey | undefined {
  const [fragment, ...others] = requires
  if (fragment?.kind !== 'InlineFragment' || fragment.typeCondition === undefined || others.length > 0) return undefined
  const fields = fragment.selections.filter((selection) => selection.kind === 'Field')
  if (fields.length < fragment.selections.length || fields.some(({ selections }) => selections)) return undefined
  if (!fields.some(({ name, alias }) => name === '__typename' && alias === undefined)) return undefined
  return { typeCondition: fragment.typeCondition, fields }
}

/** Written at once: making an object of it first, only to write that, is a tenth of what a large answer costs here. */
function compileFlat({ typeCondition, fields }: FlatKey, schema: GraphQLSchema): RepresentationText {
  const applies = compileTypeCondition(schema, typeCondition)
  const keys = fields.map(({ name, alias }, index) => {
    return { key: alias ?? name, prefix: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:` }
  })
  return (object) => {
    if (!object.__typename || !applies(object.__typename)) return undefined
    let text = ''
    for (const { key, prefix } of keys) {
      const value = object[key]
      if (value === undefined) return undefined
      text += prefix + JSON.stringify(value)
    }
    return `${text}}`
  }
}
