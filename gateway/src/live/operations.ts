import { type ExecutionResult, type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql'
import { refusalOf } from '../authorize/authorize.ts'
import { withCode } from '../errors/codes.ts'
import { PresentedError } from '../errors/presented-error.ts'
import type { GraphAnswer } from '../graph/answer.ts'
import type { KnownOperation } from '../graph/documents.ts'
import type { Graph } from '../graph/graph.ts'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { RequestContext } from '../request-context.ts'
import type { PreparedSubscription } from './prepare.ts'
import { CURSOR_FIELD } from './resume.ts'
import { LiveSubscription, type SubscriberLimits } from './subscription.ts'

/** An operation that may run. */
export interface Runnable {
  readonly apiSchema: GraphQLSchema
  readonly known: KnownOperation
  run(): LiveSubscription | Promise<ExecutionResult>
}

export interface LiveOperationsOptions {
  /** The graph that is served at the moment. */
  readonly graph: () => Graph
  readonly limits: SubscriberLimits
}

/** What a live protocol needs of the graph. */
export interface LiveOperations {
  /** Answers the errors of an operation that may not run; throws a GraphQLError when it does not even parse. */
  prepare(request: OperationRequest, context: RequestContext): Promise<Runnable | readonly GraphQLError[]>
}

export function createLiveOperations({ graph, limits }: LiveOperationsOptions): LiveOperations {
  function open(
    { supergraph, subgraphs, streams }: Graph,
    prepared: PreparedSubscription,
    request: OperationRequest,
    coerced: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): LiveSubscription {
    const { serviceName } = prepared.plan.primary
    const upstream = subgraphs.upstreams.get(serviceName)
    if (upstream === undefined) throw new Error(`the plan names an unknown subgraph ${serviceName}`)
    const { resume } = prepared
    const mark = resume && supergraph.authorization.field(resume.payloadType, CURSOR_FIELD)
    return new LiveSubscription({
      prepared,
      // A cursor that its reader may not see would fail every event, for a field that it never asked for.
      resume: mark !== undefined && refusalOf(mark, context.actor) !== undefined ? undefined : resume,
      variables: request.variables,
      after: resume?.clientAfter(coerced),
      context,
      upstream,
      execute: streams.execute,
      limits,
    })
  }

  return {
    async prepare(request, context) {
      const served = graph()
      const { documents, authorizer, supergraph, streams } = served
      const { apiSchema } = supergraph
      const known = documents.find(request.query, request.operationName)
      const { document, operation, faults } = known
      if (operation.operation !== 'subscription')
        return { apiSchema, known, run: async () => resultOf(await served.answer(known, request.variables, context)) }
      if (faults.length > 0) return faults
      const prepared = await streams.prepare(known)
      const { errors, coerced } = getVariableValues(apiSchema, operation.variableDefinitions ?? [], request.variables)
      if (coerced === undefined) return errors.map((error) => withCode(error, 'BAD_USER_INPUT'))
      const refusals = authorizer.refusals(document, operation, coerced, context.actor)
      if (refusals.length > 0) return refusals
      return { apiSchema, known, run: () => open(served, prepared, request, coerced, context) }
    },
  }
}

function resultOf({ data, errors }: GraphAnswer): ExecutionResult {
  const told = errors.length > 0 && { errors: errors.map((error) => new PresentedError(error)) }
  return { ...(data !== undefined && { data: JSON.parse(data) }), ...told }
}
