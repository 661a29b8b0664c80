import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql'
import { errorAt, failureOf } from './error-at.ts'
import { type ErrorPath, nearestPath, type Place, pathsAt } from './place.ts'
import { compileRepresentationText } from './representation-text.ts'
import { compileBody } from './request-body.ts'
import { createMerge, type ResponseObject } from './response-object.ts'
import { compileRewrites } from './rewrite.ts'
import type { PlannedFetch, Run, Step, SubgraphAnswer } from './run.ts'

/** Entities that look the same to the subgraph: it is asked about them once. */
type Group = ResponseObject[]

/** The entities that one run asks a subgraph about. */
export interface Asked {
  /** JSON of the representations, without brackets. */
  readonly representations: string
  readonly groups: readonly Group[]
}

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
  /** Asks in a request of its own. */
  ask(run: Run, asked: Asked): Promise<void>
  readonly step: Step
}

export function compileEntityFetch(node: FetchNode, place: Place, schema: GraphQLSchema): EntityFetch {
  const { serviceName } = node
  const merge = createMerge(schema)
  const represent = compileRepresentationText(node, schema, merge)
  const rewriteOutput = compileRewrites(schema, node.outputRewrites)
  const bodyOf = compileBody(node)
  const path = nearestPath(place)
  const fetch: PlannedFetch = { kind: 'query', operation: node.operation, isOfEntities: true, paths: [path] }

  function asked(targets: readonly ResponseObject[]): Asked | undefined {
    const groups = new Map<string, Group>()
    for (const target of targets) {
      const text = represent(target)
      if (text === undefined) continue
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [target])
      else group.push(target)
    }
    if (groups.size === 0) return undefined
    return { representations: [...groups.keys()].join(','), groups: [...groups.values()] }
  }

  function accept(run: Run, { groups }: Asked, { data, errors }: SubgraphAnswer): void {
    if (errors) placeErrors(run, errors, groups, place)
    if (data === null || data === undefined) return
    const entities = data._entities
    if (!Array.isArray(entities) || entities.length !== groups.length) {
      const message = `The subgraph ${serviceName} did not answer with one entity for each representation.`
      run.errors.add({ message, path })
      return
    }
    for (const [index, group] of groups.entries()) {
      const entity: ResponseObject | null = entities[index] ?? null
      if (entity === null) continue
      if (rewriteOutput !== undefined) {
        entity.__typename ??= group[0]?.__typename
        rewriteOutput(entity)
      }
      for (const target of group) merge(target, entity)
    }
  }

  const refuse = (run: Run, failure: GraphQLFormattedError): void => {
    run.errors.add(errorAt(path, failure))
  }

  async function ask(run: Run, what: Asked): Promise<void> {
    let answer: SubgraphAnswer
    try {
      answer = await run.call(serviceName, bodyOf(run, `"representations":[${what.representations}]`), fetch)
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

/** A subgraph says `_entities` and a number where clients see the places of all objects in that group. */
function placeErrors(run: Run, errors: readonly GraphQLFormattedError[], groups: readonly Group[], place: Place): void {
  let paths: ReadonlyMap<ResponseObject, readonly ErrorPath[]> | undefined
  for (const error of errors) {
    const [root, index, ...below] = error.path ?? []
    const group = root === '_entities' && typeof index === 'number' ? groups[index] : undefined
    paths ??= pathsAt(run.data, place)
    const places = [...new Set(group)].flatMap((object) => paths?.get(object) ?? [])
    if (places.length === 0) run.errors.add(errorAt(nearestPath(place), error))
    for (const path of places) run.errors.add(errorAt([...path, ...below], error))
  }
}
