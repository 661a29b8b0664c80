import type { PlanNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { combineFetches } from './combine.ts'
import { compileCombinedFetch } from './combined-fetch.ts'
import { isContextual } from './context-values.ts'
import { compileEntityFetch, type FetchParts } from './entity-fetch.ts'
import { compileFetch } from './fetch.ts'
import { fetchesOf } from './fetches-of.ts'
import type { LeanPlan } from './known-types.ts'
import { type Branch, stagesOf } from './parallel.ts'
import { compileCollect, type Place } from './place.ts'
import { createMerging, type ResponseObject } from './response-object.ts'
import type { Step } from './run.ts'
import type { Verbatim } from './verbatim/verbatim.ts'

/**
 * Compiles a query plan into one function.
 * @param schema the supergraph's, `@inaccessible` types included: plans speak of them
 * @param verbatim how answers are read whose texts are taken over; else they are read into values
 */
export function compilePlan({ plan, typeAt }: LeanPlan, schema: GraphQLSchema, verbatim?: Verbatim): Step {
  // An entity's fields may depend on what it is in: then it is not the same object wherever it is the same entity.
  const merging = createMerging(schema, fetchesOf(plan).some(isContextual))
  return compileNode(plan, { schema, merging, typeAt, verbatim }, [])
}

/** Compiles a node of a plan and all below it. */
function compileNode(node: PlanNode, parts: FetchParts, place: Place): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, place, parts)
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, parts, place)))
    case 'Parallel':
      return compileParallel(node.nodes, parts, place)
    case 'Flatten': {
      const below = node.path.map(String)
      return flattened(compileNode(node.node, parts, [...place, ...below]), below)
    }
    case 'Condition': {
      const { condition, ifClause, elseClause } = node
      const whenTrue = ifClause && compileNode(ifClause, parts, place)
      const whenFalse = elseClause && compileNode(elseClause, parts, place)
      return (run, targets) => (run.coerced[condition] === true ? whenTrue : whenFalse)?.(run, targets)
    }
    // Validation knows no @defer, and the planner makes these only where it is told to: the types alone have them.
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
function compileParallel(nodes: readonly PlanNode[], parts: FetchParts, place: Place): Step {
  const steps = stagesOf(nodes).map(({ branches, rest, guests }) => {
    const compileEach = (each: readonly PlanNode[]) => inParallel(each.map((node) => compileNode(node, parts, place)))
    const [only, ...others] = branches
    const isAlone = only !== undefined && others.length === 0
    if (isAlone && guests.length === 0) return compileNode(only.node, parts, place)
    const first = isAlone ? compileNode(only.first, parts, place) : compileShared(branches, parts, place)
    if (first === undefined) return compileEach([...branches.map(({ node }) => node), ...guests])
    const next = [...rest, ...guests]
    return next.length === 0 ? first : inSequence([first, compileParallel(next, parts, place)])
  })
  return inParallel(steps)
}

function compileShared(branches: readonly Branch[], parts: FetchParts, place: Place): Step | undefined {
  const heads = branches.flatMap(({ head }) => (head === undefined ? [] : [head]))
  const [first] = heads
  const combined = combineFetches(heads.map(({ fetch }) => fetch))
  if (first === undefined || combined === undefined) return undefined
  const sharers = heads.map(({ fetch, below }) => {
    return { below, fetch: compileEntityFetch(fetch, [...place, ...below], parts) }
  })
  return compileCombinedFetch(first.fetch.serviceName, sharers, combined, parts.verbatim)
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
