import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { type Asked, compileAsked } from './asked.ts'
import type { ContextValues } from './context-values.ts'
import { compileEntityMerge } from './entity-merge.ts'
import { errorAt, failureOf } from './error-at.ts'
import type { TypeAt } from './known-types.ts'
import { type ErrorPath, nearestPath, type Place, pathsAt } from './place.ts'
import { compileBody } from './request-body.ts'
import type { Merging, ResponseObject } from './response-object.ts'
import { compileRewrites, type Rewrite } from './rewrite.ts'
import type { PlannedFetch, Run, Step, SubgraphAnswer } from './run.ts'
import type { Verbatim } from './verbatim/verbatim.ts'

/** A fetch of entities, in the parts that can be put together with those of others. */
export interface EntityFetch {
  readonly node: FetchNode
  /** Up to the first list. */
  readonly path: ErrorPath
  /** Whom to ask about; undefined where there is nobody. */
  asked(targets: readonly ResponseObject[]): Asked | undefined
  /** Merges what the subgraph answered, and places its errors. */
  accept(run: Run, asked: Asked, answer: SubgraphAnswer): void
  /** Tells of a call that failed. */
  refuse(run: Run, failure: GraphQLFormattedError): void
  /** Asks in a request of its own. `values` are those of its contextual arguments. */
  ask(run: Run, asked: Asked, values?: ContextValues): Promise<void>
  readonly step: Step
}

/** What all fetches of a plan have in common. */
export interface FetchParts {
  readonly schema: GraphQLSchema
  readonly merging: Merging
  readonly typeAt: TypeAt
  /** How answers are read whose texts are taken over; undefined where they are read into values. */
  readonly verbatim: Verbatim | undefined
}

export function compileEntityFetch(
  node: FetchNode,
  place: Place,
  { schema, merging, typeAt, verbatim }: FetchParts,
): EntityFetch {
  const { serviceName } = node
  const isVerbatim = verbatim !== undefined
  const asked = compileAsked(node, { schema, merge: merging.object, type: typeAt(place), isVerbatim })
  const merge = verbatim?.mergeOf(node, merging) ?? compileEntityMerge(node, schema, merging)
  const rewriteOutput = compileRewrites(schema, node.outputRewrites)
  const bodyOf = compileBody(node)
  const path = nearestPath(place)
  const read = verbatim?.readEntities([{ key: '_entities', fetch: node }])
  const fetch: PlannedFetch = { kind: 'query', operation: node.operation, isOfEntities: true, paths: [path], read }

  function accept(run: Run, asked: Asked, { data, errors }: SubgraphAnswer): void {
    if (errors) placeErrors(run, errors, asked, place)
    if (data === null || data === undefined) return
    const entities = data._entities
    if (!Array.isArray(entities) || entities.length !== asked.count) {
      const message = `The subgraph ${serviceName} did not answer with one entity for each representation.`
      run.errors.add({ message, path })
      return
    }
    const { targets, indexes } = asked
    if (rewriteOutput !== undefined) rewrite(rewriteOutput, entities, asked)
    for (let position = 0; position < targets.length; position++) {
      const target = targets[position]
      const entity: ResponseObject | null = entities[indexes[position] ?? 0] ?? null
      if (target !== undefined && entity !== null) merge(target, entity)
    }
  }

  const refuse = (run: Run, failure: GraphQLFormattedError): void => {
    run.errors.add(errorAt(path, failure))
  }

  async function ask(run: Run, what: Asked, values?: ContextValues): Promise<void> {
    let own = `"representations":${what.representations}`
    if (values !== undefined) for (const [name, value] of values) own += `,"${name}":${value}`
    let answer: SubgraphAnswer
    try {
      answer = await run.call(serviceName, bodyOf(run, own), fetch)
    } catch (error) {
      return refuse(run, failureOf(error))
    }
    accept(run, what, answer)
  }

  const step: Step = (run, targets) => {
    const what = asked(targets)
    return what && ask(run, what)
  }

  return { node, path, asked, accept, refuse, ask, step }
}

/** What is renamed depends on the type of an entity, which it may have left to its representation to say. */
function rewrite(rewriteOutput: Rewrite, entities: readonly (ResponseObject | null)[], asked: Asked): void {
  const targets = targetsOf(asked)
  for (const [index, entity] of entities.entries()) {
    if (entity === null) continue
    entity.__typename ??= targets.get(index)?.values().next().value?.__typename
    rewriteOutput(entity)
  }
}

/** A subgraph says `_entities` and a number where clients see the places of all objects that look so to it. */
function placeErrors(run: Run, errors: readonly GraphQLFormattedError[], asked: Asked, place: Place): void {
  const targets = targetsOf(asked)
  let paths: ReadonlyMap<ResponseObject, readonly ErrorPath[]> | undefined
  for (const error of errors) {
    const [root, index, ...below] = error.path ?? []
    const objects = root === '_entities' && typeof index === 'number' ? targets.get(index) : undefined
    paths ??= pathsAt(run.data, place)
    const places = [...(objects ?? [])].flatMap((object) => paths?.get(object) ?? [])
    if (places.length === 0) run.errors.add(errorAt(nearestPath(place), error))
    for (const path of places) run.errors.add(errorAt([...path, ...below], error))
  }
}

/** By the number of its representation, the objects that each entity is merged into: the first stands first. */
function targetsOf({ targets, indexes }: Asked): ReadonlyMap<number, ReadonlySet<ResponseObject>> {
  const byIndex = new Map<number, Set<ResponseObject>>()
  for (const [position, target] of targets.entries()) {
    const index = indexes[position] ?? 0
    const known = byIndex.get(index)
    if (known === undefined) byIndex.set(index, new Set([target]))
    else known.add(target)
  }
  return byIndex
}
