import type { PlanNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { gatewayError } from '../errors/codes.ts'
import { compileFetch } from './fetch.ts'
import { collectAt, type Place } from './place.ts'
import type { ResponseObject } from './response-object.ts'
import type { Step } from './run.ts'

/**
 * Compiles a node of a query plan and all below it into one function.
 * @param schema the supergraph's, `@inaccessible` types included: plans speak of them
 * @throws GraphQLError UNSUPPORTED_PLAN for @defer and @fromContext
 */
export function compilePlan(node: PlanNode, schema: GraphQLSchema, place: Place = []): Step {
  switch (node.kind) {
    case 'Fetch':
      return compileFetch(node, place, schema)
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compilePlan(child, schema, place)))
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compilePlan(child, schema, place)))
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

function inParallel(steps: readonly Step[]): Step {
  return (run, targets) => {
    const pending = steps.map((step) => step(run, targets)).filter((promise) => promise !== undefined)
    if (pending.length < 2) return pending[0]
    return Promise.all(pending).then(() => undefined)
  }
}

function flattened(step: Step, place: Place): Step {
  return (run, targets) => {
    const objects: ResponseObject[] = []
    for (const target of targets) collectAt(target, place, objects)
    return objects.length === 0 ? undefined : step(run, objects)
  }
}
