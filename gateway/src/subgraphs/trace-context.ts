import type { TraceHeaders } from '@carriergraph/shared/telemetry/tracing.ts'
import { createTraceState } from '@opentelemetry/api'
import type { RequestContext } from '../request-context.ts'

/** What a context says of the trace that a client is in. */
type ClientTrace = Pick<RequestContext, 'traceparent' | 'tracestate'>

/** Takes a client's trace from its headers, for subgraphs to go on with. */
export type TraceReader = (headers: object) => ClientTrace

/** For work that belongs to no client's trace. */
export const UNTRACED: ClientTrace = { traceparent: undefined, tracestate: undefined }

/** W3C Trace Context, 3.2: a version that may be, a trace and a span of which neither is zero, flags. */
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/

/**
 * A gateway that records nothing hands a trace on as it came: it is no part of it, and a span of its own would have no
 * parent that anybody knows. One that is malformed is dropped, as the specification wants it, and no other is made up in
 * its place. A gateway that traces (`isTracing`) gives each call a span of its own instead.
 */
export const createTraceReader =
  (isTracing: boolean): TraceReader =>
  (headers) => {
    const { traceparent, tracestate } = headers as { readonly [name in keyof TraceHeaders]: unknown }
    if (isTracing || typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return UNTRACED
    return { traceparent, tracestate: stateOf(tracestate) }
  }

/** What of it is well-formed. */
function stateOf(tracestate: unknown): string | undefined {
  const state = typeof tracestate === 'string' ? createTraceState(tracestate).serialize() : ''
  return state === '' ? undefined : state
}
