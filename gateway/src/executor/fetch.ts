import type { FetchNode } from '@apollo/query-planner'
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { errorAt } from './error-at.ts'
import { type ErrorPath, nearestPath, type Place, pathsAt } from './place.ts'
import { compileRepresentation } from './representation.ts'
import { createMerge, type ResponseObject } from './response-object.ts'
import { compileRewrites } from './rewrite.ts'
import { rootFields } from './root-fields.ts'
import type { Run, Step, SubgraphAnswer } from './run.ts'

/** Compiles a fetch: of root fields where it requires nothing, else of the entities at its place. */
export function compileFetch(node: FetchNode, place: Place, schema: GraphQLSchema): Step {
  if (node.contextRewrites !== undefined && node.contextRewrites.length > 0)
    throw gatewayError('UNSUPPORTED_PLAN', { message: '@fromContext is not supported here.' })
  return node.requires === undefined ? compileRootFetch(node, place, schema) : compileEntityFetch(node, place, schema)
}

/** The body around the variables, printed once. */
function compileBody({ operation, operationName, variableUsages = [] }: FetchNode) {
  const name = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`
  const head = `{"query":${JSON.stringify(operation)},${name}"variables":{`
  const keys = variableUsages.map((variable) => ({ variable, key: `${JSON.stringify(variable)}:` }))
  return ({ variables }: Run, first = ''): string => {
    let body = head + first
    let separator = first === '' ? '' : ','
    for (const { variable, key } of keys) {
      const value = variables[variable]
      if (value === undefined) continue
      body += separator + key + JSON.stringify(value)
      separator = ','
    }
    return `${body}}}`
  }
}

function compileRootFetch(node: FetchNode, place: Place, schema: GraphQLSchema): Step {
  const { serviceName } = node
  const merge = createMerge(schema)
  const bodyOf = compileBody(node)
  const rewrite = compileRewrites(schema, node.outputRewrites)
  const fields = rootFields(node)
  const kind = node.operationKind === 'mutation' ? 'mutation' : 'query'

  return async (run, targets) => {
    let answer: SubgraphAnswer
    try {
      answer = await run.call(serviceName, bodyOf(run), kind)
    } catch (error) {
      const failure = failureOf(error)
      for (const { key, condition } of fields)
        if (condition?.(run.coerced) !== false) run.errors.add(errorAt([...nearestPath(place), key], failure))
      return
    }
    for (const error of answer.errors ?? []) run.errors.add(errorAt([...place, ...(error.path ?? [])], error))
    if (!answer.data) return
    rewrite?.(answer.data)
    for (const target of targets) merge(target, answer.data)
  }
}

/** Entities that look the same to the subgraph: it is asked about them once. */
type Group = ResponseObject[]

function compileEntityFetch(node: FetchNode, place: Place, schema: GraphQLSchema): Step {
  const { serviceName, requires = [] } = node
  const merge = createMerge(schema)
  const represent = compileRepresentation(schema, merge, requires)
  const rewriteInput = compileRewrites(schema, node.inputRewrites)
  const rewriteOutput = compileRewrites(schema, node.outputRewrites)
  const bodyOf = compileBody(node)

  function grouped(targets: readonly ResponseObject[]): ReadonlyMap<string, Group> {
    const groups = new Map<string, Group>()
    for (const target of targets) {
      const representation = represent(target)
      if (!representation?.__typename) continue
      rewriteInput?.(representation)
      const text = JSON.stringify(representation)
      const group = groups.get(text)
      if (group === undefined) groups.set(text, [target])
      else group.push(target)
    }
    return groups
  }

  async function fetchGroups(run: Run, representations: string, groups: readonly Group[]): Promise<void> {
    let answer: SubgraphAnswer
    try {
      answer = await run.call(serviceName, bodyOf(run, `"representations":[${representations}]`), 'query')
    } catch (error) {
      run.errors.add(errorAt(nearestPath(place), failureOf(error)))
      return
    }
    if (answer.errors) placeErrors(run, answer.errors, groups, place)
    const entities = answer.data?._entities
    if (answer.data === null || answer.data === undefined) return
    if (!Array.isArray(entities) || entities.length !== groups.length) {
      const message = `The subgraph ${serviceName} did not answer with one entity for each representation.`
      run.errors.add({ message, path: nearestPath(place) })
      return
    }
    for (const [index, group] of groups.entries()) {
      const entity: ResponseObject | null = entities[index] ?? null
      if (entity === null) continue
      entity.__typename ??= group[0]?.__typename
      rewriteOutput?.(entity)
      for (const target of group) merge(target, entity)
    }
  }

  return (run, targets) => {
    const groups = grouped(targets)
    if (groups.size === 0) return undefined
    return fetchGroups(run, [...groups.keys()].join(','), [...groups.values()])
  }
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

function failureOf(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON()
  throw error
}
