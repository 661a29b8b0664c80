import { withCorrelation } from '@carriergraph/shared/correlation.ts'
import { InFlight } from '@carriergraph/shared/server/in-flight.ts'
import type { GraphQLError } from 'graphql'
import { refusalOf } from '../authorize/authorize.ts'
import { gatewayError } from '../errors/codes.ts'
import type { GraphAnswer } from '../graph/answer.ts'
import type { Graph } from '../graph/graph.ts'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { RequestContext } from '../request-context.ts'
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts'
import type { Observation } from '../telemetry/observation.ts'
import type { PreparedSubscription } from './prepare.ts'
import { CURSOR_FIELD } from './resume.ts'
import type { SharedStreams } from './streams/shared-streams.ts'
import type { Subscriber, Subscription } from './streams/subscription.ts'

/** An operation that may run. */
export type Runnable =
  | { readonly kind: 'single'; run(): Promise<GraphAnswer> }
  | {
      readonly kind: 'stream'
      /** `position`, where there is one, is where to start instead of where the operation itself says. */
      subscribe(subscriber: Subscriber, position?: string): Subscription
    }

export interface LiveOperationsOptions {
  /** The graph that is served at the moment. */
  readonly graph: () => Graph
  readonly streams: SharedStreams
  readonly telemetry?: Pick<GatewayTelemetry, 'begin'> | undefined
}

/** What a live protocol needs of the graph. */
export interface LiveOperations {
  /** What is being prepared or answered; streams that have begun are none of it. */
  readonly inFlight: InFlight
  /** Begins to watch an operation until it is answered or refused; its events are watched one by one. */
  observe(context: RequestContext): Observation | undefined
  /** Answers the errors of an operation that may not run; throws a GraphQLError when it does not even parse. */
  prepare(request: OperationRequest, context: RequestContext): Promise<Runnable | readonly GraphQLError[]>
  /** No stream begins from now on; what is only to be answered is. */
  goAway(): void
}

export function createLiveOperations({ graph, streams, telemetry }: LiveOperationsOptions): LiveOperations {
  let isGoingAway = false

  function runnable(
    served: Graph,
    prepared: PreparedSubscription,
    variables: Readonly<Record<string, unknown>>,
    coerced: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): Runnable {
    const { serviceName } = prepared.plan.primary
    const upstream = served.subgraphs.upstreams.get(serviceName)
    if (upstream === undefined) throw new Error(`the plan names an unknown subgraph ${serviceName}`)
    const { execute } = served.streams
    const mark = prepared.resume && served.supergraph.authorization.field(prepared.resume.payloadType, CURSOR_FIELD)
    // A cursor that its reader may not see would fail every event, for a field that it never asked for.
    const isHidden = mark !== undefined && refusalOf(mark, context.actor) !== undefined
    const resume = isHidden ? undefined : prepared.resume
    const asked = prepared.resume?.clientAfter(coerced)
    return {
      kind: 'stream',
      subscribe(subscriber, position) {
        if (isGoingAway) throw gatewayError('GOING_AWAY')
        const after = resume === undefined ? asked : (position ?? asked)
        return streams.subscribe({ prepared, resume, variables, after, context, upstream, execute }, subscriber)
      },
    }
  }

  return {
    inFlight: new InFlight(),
    goAway() {
      isGoingAway = true
    },
    observe({ correlationId, actor }) {
      const observation = telemetry?.begin({ correlationId, transport: 'live' })
      observation?.isOf(actor)
      return observation
    },
    async prepare({ query, operationName, variables }, context) {
      const served = graph()
      const { documents, admit } = served
      const known = documents.find(query, operationName)
      const { observation, correlationId } = context
      observation?.knows(known)
      if (known.operation.operation !== 'subscription') {
        const answer = () => withCorrelation(correlationId, () => served.answer(known, variables, context))
        return { kind: 'single', run: () => (observation === undefined ? answer() : observation.run(answer)) }
      }
      const { refusals, coerced } = await admit(known, variables, context)
      if (refusals.length > 0 || coerced === undefined) return refusals
      const prepared = await served.streams.prepare(known)
      return runnable(served, prepared, variables, coerced, { ...context, observation: undefined })
    },
  }
}
