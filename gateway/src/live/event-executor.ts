import { buildOperationContext, executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway'
import type { Log } from '@carriergraph/shared/log.ts'
import type { DocumentNode, ExecutionResult, GraphQLFormattedError } from 'graphql'
import type { SubscriptionPlan } from '../planner/planner.ts'
import type { RequestContext } from '../request-context.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import type { UpstreamEvent } from './upstream.ts'

/** A subscription, as far as it is the same for all of its events. */
export interface StreamedOperation {
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly plan: SubscriptionPlan
}

/** Completes the event of one subgraph to the answer of the whole graph. */
export type EventExecutor = (
  operation: StreamedOperation,
  variables: Readonly<Record<string, unknown>>,
  event: UpstreamEvent,
  context: RequestContext,
) => Promise<ExecutionResult>

type GatewayRequestContext = Parameters<typeof executeQueryPlan>[2]
/** All that `executeQueryPlan` reads of a request; the rest describes an HTTP request, and there is none. */
type ReadOfRequest = Pick<GatewayRequestContext, 'request' | 'context' | 'metrics' | 'logger'>

/**
 * Runs the plan of a subscription as if it were a query whose first fetch was answered by the event. So entity fields,
 * null propagation, aliases, conditions and the paths of errors are those of the stock executor, and stay so.
 */
export function createEventExecutor(
  { supergraph, supergraphSchema, apiSchema }: LoadedSupergraph,
  dataSources: ServiceMap,
  log: Log,
): EventExecutor {
  const internalApiSchema = supergraph.apiSchema()
  return async ({ document, operationName, plan: { primary, rest } }, variables, event, context) => {
    const node = { kind: 'Sequence' as const, nodes: rest === undefined ? [primary] : [primary, rest] }
    const operationContext = buildOperationContext({
      schema: apiSchema,
      operationDocument: document,
      ...(operationName !== undefined && { operationName }),
    })
    const services = { ...dataSources }
    const real = dataSources[primary.serviceName]
    if (real !== undefined) services[primary.serviceName] = answering(primary.operation, event, real)
    const plan = { kind: 'QueryPlan' as const, node }
    const request: ReadOfRequest = { request: { variables }, context, metrics: {}, logger: log }
    return executeQueryPlan(
      plan,
      services,
      request as GatewayRequestContext,
      operationContext,
      supergraphSchema,
      internalApiSchema,
    )
  }
}

/** The subgraph of the stream: it has answered the primary operation already, and may be asked for entities as well. */
function answering(primaryOperation: string, event: UpstreamEvent, real: GraphQLDataSource): GraphQLDataSource {
  return {
    async process(options) {
      if (options.request.query !== primaryOperation) return real.process(options)
      const errors: GraphQLFormattedError[] = [...(event.errors ?? [])]
      return { ...(event.data !== undefined && { data: event.data }), ...(errors.length > 0 && { errors }) }
    },
  }
}
