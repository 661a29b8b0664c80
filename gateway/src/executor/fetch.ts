import type { FetchNode } from '@apollo/query-planner'
import { compileContextFetch } from './context-fetch.ts'
import { isContextual } from './context-values.ts'
import { compileEntityFetch, type FetchParts } from './entity-fetch.ts'
import { errorAt, failureOf } from './error-at.ts'
import { nearestPath, type Place } from './place.ts'
import { compileBody } from './request-body.ts'
import { compileRewrites } from './rewrite.ts'
import { rootFields } from './root-fields.ts'
import type { PlannedFetch, Step, SubgraphAnswer } from './run.ts'

/** Compiles a fetch: of root fields where it requires nothing, else of the entities at its place. */
export function compileFetch(node: FetchNode, place: Place, parts: FetchParts): Step {
  if (node.requires === undefined) return compileRootFetch(node, place, parts)
  return isContextual(node) ? compileContextFetch(node, place, parts) : compileEntityFetch(node, place, parts).step
}

function compileRootFetch(node: FetchNode, place: Place, { schema, merging, verbatim }: FetchParts): Step {
  const { serviceName } = node
  const bodyOf = compileBody(node)
  const rewrite = compileRewrites(schema, node.outputRewrites)
  const fields = rootFields(node)
  const kind = node.operationKind === 'mutation' ? 'mutation' : 'query'
  const path = nearestPath(place)
  const merge = verbatim?.mergeOf(node, merging) ?? merging.object
  const read = verbatim?.readRoot(node)
  const fetch: PlannedFetch = { kind, operation: node.operation, isOfEntities: false, paths: [path], read }

  return async (run, targets) => {
    let answer: SubgraphAnswer
    try {
      answer = await run.call(serviceName, bodyOf(run), fetch)
    } catch (error) {
      const failure = failureOf(error)
      for (const { key, condition } of fields)
        if (condition?.(run.coerced) !== false) run.errors.add(errorAt([...path, key], failure))
      return
    }
    for (const error of answer.errors ?? []) run.errors.add(errorAt([...place, ...(error.path ?? [])], error))
    if (!answer.data) return
    rewrite?.(answer.data)
    for (const target of targets) merge(target, answer.data)
  }
}
