import type { FetchDataRewrite } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { isResponseObject, type ResponseObject } from './response-object.ts'
import { compileTypeCondition } from './type-condition.ts'

/** Changes an object in place. */
export type Rewrite = (value: unknown) => void

/** What a step of a plan's path begins with that is a condition on a type, and no key. */
export const FRAGMENT = '... on '

/**
 * Compiles the rewrites that a plan demands of a fetch: of its representations, where a subgraph knows an interface as
 * an object, or of its answer, where the plan had to ask under an alias because two fields share a name.
 */
export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined {
  if (rewrites === undefined || rewrites.length === 0) return undefined
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite))
  return (value) => {
    for (const rewrite of compiled) rewrite(value)
  }
}

function compileRewrite(schema: GraphQLSchema, rewrite: FetchDataRewrite): Rewrite {
  const field = rewrite.path.at(-1)
  if (field === undefined || field.startsWith(FRAGMENT))
    throw new Error(`A rewrite ends at ${field ?? 'nothing'}, which is no field.`)
  return rewrite.path
    .slice(0, -1)
    .reduceRight((inner, element) => within(schema, element, inner), ofItems(change(rewrite, field)))
}

function change(rewrite: FetchDataRewrite, field: string): (object: ResponseObject) => void {
  if (rewrite.kind === 'ValueSetter')
    return (object) => {
      object[field] = rewrite.setValueTo
    }
  return (object) => {
    const value = object[field]
    if (value === undefined) return
    object[rewrite.renameKeyTo] = value
    delete object[field]
  }
}

function within(schema: GraphQLSchema, element: string, inner: Rewrite): Rewrite {
  if (!element.startsWith(FRAGMENT)) return ofItems((object) => inner(object[element]))
  const applies = compileTypeCondition(schema, element.slice(FRAGMENT.length))
  return ofItems((object) => {
    // An object without a typename was asked for by nothing else than this condition.
    if (!object.__typename || applies(object.__typename)) inner(object)
  })
}

/** Acts on an object, or on every object in a list of lists. */
function ofItems(act: (object: ResponseObject) => void): Rewrite {
  const each: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(each)
    else if (isResponseObject(value)) act(value)
  }
  return each
}
