import { type ExecutionResult, type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql'
import type { AuthorizationMap } from '../authorize/authorization-map.ts'
import { type Authorizer, refusalOf } from '../authorize/authorize.ts'
import type { RequestContext } from '../request-context.ts'
import type { EventExecutor } from './event-executor.ts'
import type { ParsedOperation, PreparedSubscription, Preparer } from './prepare.ts'
import { CURSOR_FIELD } from './resume.ts'
import { LiveSubscription, type SubscriberLimits } from './subscription.ts'
import type { Upstream } from './upstream.ts'

/** An operation as a client sends it, over whichever live protocol. */
export interface OperationRequest {
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

/** An operation that may run. */
export interface Runnable {
  readonly parsed: ParsedOperation
  run(): LiveSubscription | Promise<ExecutionResult>
}

export interface LiveOperationsOptions {
  readonly apiSchema: GraphQLSchema
  readonly authorization: AuthorizationMap
  readonly authorizer: Authorizer
  readonly preparer: Preparer
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly executeEvent: EventExecutor
  /** Runs a query or a mutation, with the checks and the error format of POST /graphql. */
  readonly executeOperation: (request: OperationRequest, context: RequestContext) => Promise<ExecutionResult>
  readonly limits: SubscriberLimits
}

/** What a live protocol needs of the graph. */
export interface LiveOperations {
  /** Answers the errors of an operation that may not run; throws a GraphQLError when it does not even parse. */
  prepare(request: OperationRequest, context: RequestContext): Promise<Runnable | readonly GraphQLError[]>
}

export function createLiveOperations(options: LiveOperationsOptions): LiveOperations {
  const { apiSchema, authorization, authorizer, preparer, upstreams, executeEvent, executeOperation } = options

  function open(
    prepared: PreparedSubscription,
    request: OperationRequest,
    coerced: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): LiveSubscription {
    const upstream = upstreams.get(prepared.plan.primary.serviceName)
    if (upstream === undefined)
      throw new Error(`the plan names an unknown subgraph ${prepared.plan.primary.serviceName}`)
    const { resume } = prepared
    const mark = resume && authorization.field(resume.payloadType, CURSOR_FIELD)
    return new LiveSubscription({
      prepared,
      // A cursor that its reader may not see would fail every event, for a field that it never asked for.
      resume: mark !== undefined && refusalOf(mark, context.actor) !== undefined ? undefined : resume,
      variables: request.variables,
      after: resume?.clientAfter(coerced),
      context,
      upstream,
      execute: executeEvent,
      limits: options.limits,
    })
  }

  return {
    async prepare(request, context) {
      const parsed = preparer.parse(request.query, request.operationName)
      if (parsed.operation.operation !== 'subscription')
        return { parsed, run: () => executeOperation(request, context) }
      const prepared = await preparer.prepare(parsed)
      if (!('plan' in prepared)) return prepared
      const variables = getVariableValues(apiSchema, parsed.operation.variableDefinitions ?? [], request.variables)
      if (variables.errors !== undefined) return variables.errors.map(badInput)
      const refusals = authorizer.refusals(parsed.document, parsed.operation, variables.coerced, context.actor)
      if (refusals.length > 0) return refusals
      return { parsed, run: () => open(prepared, request, variables.coerced, context) }
    },
  }
}

function badInput(error: GraphQLError): GraphQLError {
  error.extensions.code ??= 'BAD_USER_INPUT'
  return error
}
