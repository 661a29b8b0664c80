import type { PlanNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { combineFetches } from './combine.ts'
import { compileCombinedFetch } from './combined-fetch.ts'
import { compileEntityFetch } from './entity-fetch.ts'
import { compileFetch } from './fetch.ts'
import { type Branch, stagesOf } from './parallel.ts'
import { compileCollect, type Place } from './place.ts'
import type { ResponseObject } from './response-object.ts'
import type { Step } from './run.ts'

/**
 * Compiles a node of a query plan and all below it into one function.
 * @param schema the supergraph's, `@inaccessible` types included: plans speak of them
 * @throws GraphQLError UNSUPPORTED_PLAN for @defer
 */
export function compilePlan(node: PlanNode, schema: GraphQLSchema, place: Place = []): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, place, schema)
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, schema, place)))
    case 'Parallel':
      return compileParallel(node.nodes, schema, place)
    case 'Flatten': {
      const below = node.path.map(String)
      return flattened(compilePlan(node.node, schema, [...place, ...below]), below)
    }
    case 'Condition': {
      const { condition, ifClause, elseClause } = node
      const whenTrue = ifClause && compilePlan(ifClause, schema, place)
      const whenFalse = elseClause && compilePlan(elseClause, schema, place)
      return (run, targets) => (run.coerced[condition] === true ? whenTrue : whenFalse)?.(run, targets)
    }
    case 'Defer':
      throw gatewayError('UNSUPPORTED_PLAN', { message: '@defer is not supported here.' })
  }
}

function inSequence(steps: readonly Step[]): Step {
  const [only, ...more] = steps
  if (only !== undefined && more.length === 0) return only
  return async (run, targets) => {
    for (const step of steps) {
      const pending = step(run, targets)
      if (pending !== undefined) await pending
    }
  }
}

/**
 * Branches that begin at the same moment with the same subgraph share the request by which they begin, and so on in what
 * remains of them. The price: each of them waits for the slowest of those that it shares a request with.
 */
function compileParallel(nodes: readonly PlanNode[], schema: GraphQLSchema, place: Place): Step {
  const steps = stagesOf(nodes).map(({ branches, rest, guests }) => {
    const compileEach = (each: readonly PlanNode[]) => inParallel(each.map((node) => compilePlan(node, schema, place)))
    const [only, ...others] = branches
    const isAlone = only !== undefined && others.length === 0
    if (isAlone && guests.length === 0) return compilePlan(only.node, schema, place)
    const first = isAlone ? compilePlan(only.first, schema, place) : compileShared(branches, schema, place)
    if (first === undefined) return compileEach([...branches.map(({ node }) => node), ...guests])
    const next = [...rest, ...guests]
    return next.length === 0 ? first : inSequence([first, compileParallel(next, schema, place)])
  })
  return inParallel(steps)
}

function compileShared(branches: readonly Branch[], schema: GraphQLSchema, place: Place): Step | undefined {
  const heads = branches.flatMap(({ head }) => (head === undefined ? [] : [head]))
  const [first] = heads
  const combined = combineFetches(heads.map(({ fetch }) => fetch))
  if (first === undefined || combined === undefined) return undefined
  const sharers = heads.map(({ fetch, below }) => {
    return { below, fetch: compileEntityFetch(fetch, [...place, ...below], schema) }
  })
  return compileCombinedFetch(first.fetch.serviceName, sharers, combined)
}

function inParallel(steps: readonly Step[]): Step {
  const [only, ...more] = steps
  if (only !== undefined && more.length === 0) return only
  return (run, targets) => {
    const pending = steps.map((step) => step(run, targets)).filter((promise) => promise !== undefined)
    if (pending.length < 2) return pending[0]
    return Promise.all(pending).then(() => undefined)
  }
}

function flattened(step: Step, place: Place): Step {
  const collect = compileCollect(place)
  return (run, targets) => {
    const objects: ResponseObject[] = []
    for (const target of targets) collect(target, objects)
    return objects.length === 0 ? undefined : step(run, objects)
  }
}
