import type { IncomingHttpHeaders } from 'node:http'
import type { ApolloServerPlugin } from '@apollo/server'
import { type Span, SpanKind } from '@opentelemetry/api'
import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { withoutCardNumbers } from '../cards/holds-card-number.ts'
import { MASKED } from '../edge-errors.ts'
import { refusalBehind } from '../refusal.ts'
import { currentSpan, runUnder } from '../telemetry/current-span.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { failSpan, remoteSpan, type SpanStart, type Tracing } from '../telemetry/tracing.ts'
import { type Outcome, type RequestMetrics, requestMetrics } from './request-metrics.ts'

/** Watches what a subgraph's server does. */
export type RequestTelemetry = {
  /** Runs a request whose signature was found good; its caller's span, if the headers name one, is the parent. */
  request<T>(headers: IncomingHttpHeaders, correlationId: string, run: () => Promise<T>): Promise<T>
  /** Runs one event of a subscription, in a trace of its own. */
  event(correlationId: string, run: () => Promise<ExecutionResult>): Promise<ExecutionResult>
  /** A request was refused before an operation ran. */
  refused(error: unknown): void
  /** Tells what the operation of a request is and how it ended. */
  readonly plugin: ApolloServerPlugin
}

/** Undefined where nobody watches. */
export function createRequestTelemetry({ tracing, registry }: Telemetry, openStreams: () => number) {
  if (tracing === undefined && registry === undefined) return undefined
  return requestTelemetry(tracing, registry && requestMetrics(registry, openStreams))
}

function requestTelemetry(tracing: Tracing | undefined, metrics: RequestMetrics | undefined): RequestTelemetry {
  const traced = async <T>(name: string, start: SpanStart, run: () => Promise<T>): Promise<T> => {
    if (tracing === undefined) return run()
    const span = tracing.start(name, start)
    try {
      return await runUnder(span, run)
    } catch (error) {
      failSpan(span, codeOf(error))
      throw error
    } finally {
      span.end()
    }
  }

  return {
    request(headers, correlationId, run) {
      const attributes = { 'correlation.id': correlationId }
      return traced('POST', { kind: SpanKind.SERVER, attributes, parent: remoteSpan(headers) ?? null }, run)
    },
    event(correlationId, run) {
      const attributes = { 'correlation.id': correlationId, 'graphql.operation.type': 'subscription' }
      return traced('subscription event', { kind: SpanKind.INTERNAL, attributes, parent: null }, async () => {
        const began_ms = performance.now()
        const result = await run()
        const outcome = outcomeOf(
          result.errors?.map((error) => (refusalBehind(error) === undefined ? MASKED.code : undefined)),
        )
        metrics?.event(outcome, began_ms)
        markSpan(currentSpan(), outcome)
        return result
      })
    },
    refused: (error) => metrics?.refused(codeOf(error)),
    plugin: pluginFor(metrics),
  }
}

/** Apollo Server knows the operation, and the errors as they leave. */
const pluginFor = (metrics: RequestMetrics | undefined): ApolloServerPlugin => ({
  async requestDidStart() {
    const began_ms = performance.now()
    let type = 'unknown'
    return {
      async didResolveOperation({ operation, operationName }) {
        type = operation?.operation ?? type
        const span = currentSpan()
        span?.updateName(type)
        span?.setAttribute('graphql.operation.type', type)
        if (operationName !== null) span?.setAttribute('graphql.operation.name', withoutCardNumbers(operationName))
      },
      async willSendResponse({ response: { body } }) {
        const errors = body.kind === 'single' ? body.singleResult.errors : undefined
        const outcome = outcomeOf(errors?.map(codeIn))
        metrics?.operation(type, outcome, began_ms)
        markSpan(currentSpan(), outcome)
      },
    }
  },
})

const codeIn = ({ extensions }: GraphQLFormattedError): unknown => extensions?.code

function outcomeOf(codes: readonly unknown[] | undefined): Outcome {
  if (codes === undefined || codes.length === 0) return 'ok'
  return codes.includes(MASKED.code) ? 'failed' : 'refused'
}

/** A refusal is an answer; only a fault of ours makes a span an error. */
function markSpan(span: Span | undefined, outcome: Outcome): void {
  if (outcome === 'failed' && span !== undefined) failSpan(span, MASKED.code)
}

const codeOf = (error: unknown): string => refusalBehind(error)?.code ?? MASKED.code
