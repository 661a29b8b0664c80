import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { currentSpan } from './current-span.ts'

/** The headers of the W3C's Trace Context, as a request carries them. */
export type TraceHeaders = { readonly traceparent?: string; readonly tracestate?: string }

export type SpanStart = {
  readonly kind: SpanKind
  readonly attributes: Attributes
  /** Below which it stands: the span of the work in hand where it is left out, and none for `null`. */
  readonly parent?: Span | SpanContext | null
  /** A span of elsewhere that has to do with this one, without being its parent. */
  readonly link?: SpanContext | undefined
  /** When it began, where that was before now: of `performance.now()`. */
  readonly began_ms?: number
}

/** Records what a service does as spans. A service that nobody traces has none of these at all. */
export type Tracing = {
  start(name: string, options: SpanStart): Span
  /** Sends what has ended; waits for the collector a bounded time. */
  stop(): Promise<void>
}

/** Spans of a tracer, without anything global: several services in one process, as in tests, stay apart. */
export function tracingOf(tracer: Tracer, stop: () => Promise<void>): Tracing {
  return {
    start(name, { kind, attributes, parent = currentSpan(), link, began_ms }) {
      const links: Link[] = link === undefined ? [] : [{ context: link }]
      const startTime = began_ms === undefined ? undefined : new Date(performance.timeOrigin + began_ms)
      return tracer.startSpan(name, { kind, attributes, links, ...(startTime && { startTime }) }, contextOf(parent))
    },
    stop,
  }
}

function contextOf(parent: Span | SpanContext | null | undefined): Context {
  if (parent === null || parent === undefined) return ROOT_CONTEXT
  return 'spanContext' in parent ? trace.setSpan(ROOT_CONTEXT, parent) : trace.setSpanContext(ROOT_CONTEXT, parent)
}

const propagator = new W3CTraceContextPropagator()

/** The span that the caller was in, by its headers; undefined where they name none. */
export function remoteSpan(headers: object): SpanContext | undefined {
  const found = propagator.extract(ROOT_CONTEXT, headers, {
    get: (carrier, name) => Reflect.get(carrier, name),
    keys: Object.keys,
  })
  return trace.getSpanContext(found)
}

/** What a call carries so that the spans of who answers it stand below `span`. */
export function traceHeaders(span: Span): TraceHeaders {
  const headers: TraceHeaders = {}
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), headers, {
    set: (carrier, name, value) => Reflect.set(carrier, name, value),
  })
  return headers
}

/** The same for the work in hand; nothing where that is not traced. */
export function currentTraceHeaders(): TraceHeaders {
  const span = currentSpan()
  return span === undefined ? {} : traceHeaders(span)
}

/** Marks a span as failed with a code or the name of an error, never with a message: that may carry customers' data. */
export function failSpan(span: Span, type: string): void {
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}
