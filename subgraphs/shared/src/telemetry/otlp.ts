import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, resourceAttributesEnvDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Log } from '../log.ts'
import { within } from '../server/in-flight.ts'
import type { TelemetrySettings } from './settings.ts'
import { type Tracing, tracingOf } from './tracing.ts'

/** Spans that wait for the collector; what comes on top is lost, so that a dead collector costs no memory. */
const QUEUED_SPANS_MAX = 8_192
/** Spans in one request to the collector. */
const BATCH_SPANS_MAX = 512
const BATCH_DELAY_MS = 2_000
/** How long a collector may take to accept a batch, and how long a stopping service waits for it. */
const EXPORT_MS_MAX = 5_000
const FLUSH_MS_MAX = 3_000
/** A statement's text is the longest; one that is cut off is still recognised. */
const ATTRIBUTE_CHARACTERS_MAX = 4_096
/** A collector that is down is told of once in this time, not with every batch. */
const COMPLAINT_INTERVAL_MS = 60_000

/** Spans over OTLP, in batches, behind the back of requests. What cannot be sent is lost and never waited for. */
export function openOtlpTracing(service: string, settings: TelemetrySettings, log: Log): Tracing {
  const url = settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? tracesBelow(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
  const exporter = complaining(
    new OTLPTraceExporter({ ...(url !== undefined && { url }), timeoutMillis: EXPORT_MS_MAX }),
    log,
  )
  const provider = new TracerProvider({
    resource: detectResources({ detectors: [resourceAttributesEnvDetector] }).merge(
      resourceFromAttributes({ 'service.name': settings.OTEL_SERVICE_NAME ?? service }),
    ),
    sampler: samplerOf(settings),
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_CHARACTERS_MAX },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUED_SPANS_MAX,
        maxExportBatchSize: BATCH_SPANS_MAX,
        scheduledDelayMillis: BATCH_DELAY_MS,
        exportTimeoutMillis: EXPORT_MS_MAX,
      }),
    ],
  })
  return tracingOf(provider.getTracer('carriergraph'), async () => {
    const flushed = provider.shutdown().catch(() => undefined)
    if (!(await within(flushed, FLUSH_MS_MAX)))
      log.warn({ ms_max: FLUSH_MS_MAX }, 'the last spans were not sent in time')
  })
}

const tracesBelow = (endpoint: string | undefined): string | undefined =>
  endpoint === undefined ? undefined : `${endpoint.replace(/\/$/, '')}/v1/traces`

function samplerOf({
  OTEL_TRACES_SAMPLER: name = 'parentbased_always_on',
  OTEL_TRACES_SAMPLER_ARG: share = 1,
}: TelemetrySettings): Sampler {
  const root = name.endsWith('traceidratio')
    ? new TraceIdRatioBasedSampler(share)
    : name.endsWith('always_off')
      ? new AlwaysOffSampler()
      : new AlwaysOnSampler()
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root
}

/** The SDK keeps failures to itself; an operator wants one line of them. */
function complaining(exporter: SpanExporter, log: Log): SpanExporter {
  let quiet_until_ms = 0
  const complain = ({ error }: ExportResult): void => {
    if (performance.now() < quiet_until_ms) return
    quiet_until_ms = performance.now() + COMPLAINT_INTERVAL_MS
    log.warn({ err: error }, 'spans could not be sent to the collector and are lost')
  }
  return {
    export(spans: ReadableSpan[], done) {
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.FAILED) complain(result)
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}
