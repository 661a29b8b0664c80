import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { withoutCardNumbers } from '@carriergraph/shared/cards/holds-card-number.ts'
import { MASKED } from '@carriergraph/shared/edge-errors.ts'
import { runUnder } from '@carriergraph/shared/telemetry/current-span.ts'
import { failSpan, remoteSpan, type Tracing, traceHeaders } from '@carriergraph/shared/telemetry/tracing.ts'
import { type Attributes, type Span, SpanKind } from '@opentelemetry/api'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { documentHash } from './document-hash.ts'
import { codesOf, type EndedOperation, outcomeOf } from './ended-operation.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { CallObservation, Observation, ObservedAnswer, ObservedOperation, OperationStart } from './observation.ts'
import type { RequestLog, SubgraphTimes } from './request-log.ts'

export interface ObserverParts {
  readonly tracing: Tracing | undefined
  readonly metrics: GatewayMetrics | undefined
  readonly requestLog: RequestLog | undefined
  /** Whether a client may say which trace its request belongs to, and that it shall be kept. */
  readonly isTraceTrusted: boolean
}

/** Watches one operation after the other. */
export const createOperationObserver =
  (parts: ObserverParts) =>
  (start: OperationStart): Observation =>
    new OperationObservation(parts, start)

class OperationObservation implements Observation {
  readonly #parts: ObserverParts
  readonly #start: OperationStart
  readonly #began_ms = performance.now()
  readonly #span: Span | undefined
  readonly #subgraphs = new Map<string, SubgraphTimes>()
  #known: ObservedOperation | undefined
  #actor: Caller | undefined
  #told: readonly GraphQLFormattedError[] | undefined

  constructor(parts: ObserverParts, start: OperationStart) {
    this.#parts = parts
    this.#start = start
    this.#span = parts.tracing && startSpan(parts.tracing, start, parts.isTraceTrusted)
  }

  run<T>(work: () => T): T {
    return this.#span === undefined ? work() : runUnder(this.#span, work)
  }

  knows(operation: ObservedOperation): void {
    this.#known = operation
  }

  isOf(actor: Caller): void {
    this.#actor = actor
  }

  tells(errors: readonly GraphQLFormattedError[]): void {
    this.#told = errors
  }

  calls(subgraph: string, body: string): CallObservation {
    const times = this.#timesOf(subgraph)
    times.calls += 1
    const began_ms = performance.now()
    const span = this.#startCall(subgraph, body)
    const ended = (errors: number, outcome: string): void => {
      const duration_ms = performance.now() - began_ms
      times.duration_ms += duration_ms
      times.errors += errors
      this.#parts.metrics?.callEnded(subgraph, outcome, duration_ms)
      span?.end()
    }
    return {
      traceContext: span && traceHeaders(span),
      answered(errors) {
        if (errors > 0) span?.setAttribute('subgraph.errors', errors)
        ended(errors, errors > 0 ? 'errors' : 'ok')
      },
      failed(error) {
        const code = codeOf(error)
        if (span !== undefined) failSpan(span, code)
        ended(1, code)
      },
    }
  }

  ended(answer: ObservedAnswer = { data: null, errors: this.#told }, status?: number): void {
    const duration_ms = performance.now() - this.#began_ms
    const known = this.#known
    const { transport, correlationId } = this.#start
    const ended = {
      type: known?.operation.operation ?? 'unknown',
      name: shownName(known?.operation.name?.value),
      outcome: outcomeOf(answer),
      codes: codesOf(answer),
      duration_ms,
    } as const
    const { metrics, requestLog } = this.#parts
    if (transport === 'event') metrics?.eventEnded(ended)
    else metrics?.operationEnded(ended)
    if (transport !== 'event' && requestLog !== undefined) {
      const line = {
        correlationId,
        transport,
        status,
        cost: answer.cost,
        actor: this.#actor,
        subgraphs: this.#subgraphs,
      }
      this.run(() => requestLog.ended({ ...ended, ...line, hash: () => known && documentHash(known.document) }))
    }
    this.#endSpan(ended, status)
  }

  #timesOf(subgraph: string): SubgraphTimes {
    const known = this.#subgraphs.get(subgraph)
    if (known !== undefined) return known
    const times = { calls: 0, duration_ms: 0, errors: 0 }
    this.#subgraphs.set(subgraph, times)
    return times
  }

  #startCall(subgraph: string, body: string): Span | undefined {
    const { tracing } = this.#parts
    if (tracing === undefined || this.#span === undefined) return undefined
    const attributes = { 'subgraph.name': subgraph, 'http.request.body.size': Buffer.byteLength(body) }
    return tracing.start(`subgraph ${subgraph}`, { kind: SpanKind.CLIENT, attributes, parent: this.#span })
  }

  #endSpan({ type, name, outcome, codes }: EndedOperation, status: number | undefined): void {
    const span = this.#span
    if (span === undefined) return
    if (span.isRecording()) {
      if (this.#start.transport !== 'event') span.updateName(type)
      const attributes: Attributes = { 'graphql.operation.type': type, 'graphql.outcome': outcome }
      if (name !== undefined) attributes['graphql.operation.name'] = name
      if (this.#known !== undefined) attributes['graphql.document.hash'] = documentHash(this.#known.document)
      if (status !== undefined) attributes['http.response.status_code'] = status
      if (codes.length > 0) attributes['graphql.error.codes'] = [...codes]
      span.setAttributes(attributes)
    }
    if (codes.includes(MASKED.code)) failSpan(span, MASKED.code)
    span.end()
  }
}

function startSpan(tracing: Tracing, { transport, correlationId, headers }: OperationStart, isTrusted: boolean): Span {
  const attributes = { 'correlation.id': correlationId, 'gateway.transport': transport }
  if (transport === 'event')
    return tracing.start('subscription event', { kind: SpanKind.INTERNAL, attributes, parent: null })
  const remote = headers && remoteSpan(headers)
  return tracing.start('operation', {
    kind: SpanKind.SERVER,
    attributes,
    parent: (isTrusted && remote) || null,
    // Who follows its own trace still finds ours.
    link: isTrusted ? undefined : remote,
  })
}

function codeOf(error: unknown): string {
  const code: unknown = error instanceof GraphQLError ? error.extensions.code : undefined
  return typeof code === 'string' ? code : MASKED.code
}

/** Longer ones are refused (`NAME_TOO_LONG`) and told nobody: whoever sends them would have us look through a megabyte. */
const NAME_SHOWN_MAX = 256

const shownName = (name: string | undefined): string | undefined =>
  name === undefined || name.length > NAME_SHOWN_MAX ? undefined : withoutCardNumbers(name)
