import { validateHeaderValue } from 'node:http'
import { z } from 'zod'
import { bool, csv, port, url } from '../config.ts'

/** Every sampler that the OpenTelemetry specification names, apart from those that ask a server. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

const ratio = z
  .string()
  .refine((text) => Number(text) >= 0 && Number(text) <= 1, 'expected a share from 0 to 1')
  .transform(Number)

/** The exporter leaves out what it cannot read: a collector would refuse spans without a word here. Never echoed. */
const headers = csv.refine(
  (entries) => entries.every(isHeader),
  'expected name=value[,name2=value2], with %2C, %3B and %25 for a comma, a semicolon and a percent sign',
)

function isHeader(entry: string): boolean {
  const [, name, value] = /^([!#$&'*+.^_`|~\w-]+)\s*=\s*([^;]+)$/.exec(entry) ?? []
  if (name === undefined || value === undefined) return false
  try {
    validateHeaderValue(name, decodeURIComponent(value))
    return true
  } catch {
    return false
  }
}

/**
 * What a service reads to be watched. Nothing is collected unless `OTEL_EXPORTER_OTLP_ENDPOINT` or `METRICS_PORT` says
 * where to. The exporter itself reads the other `OTEL_EXPORTER_OTLP_*` variables, such as the headers, of which
 * only the form is checked here.
 */
export const TELEMETRY_SETTINGS = {
  /** An OTLP collector's HTTP port; spans go to `/v1/traces` below it. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  /** The same for spans alone, as it stands. */
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url.optional(),
  /** What the collector asks for beside spans, such as `authorization=Bearer%20…`. */
  OTEL_EXPORTER_OTLP_HEADERS: headers.optional(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: headers.optional(),
  /** JSON is the one encoding that is spoken; a collector takes it on the port of protobuf. */
  OTEL_EXPORTER_OTLP_PROTOCOL: z.literal('http/json').optional(),
  OTEL_SDK_DISABLED: bool.optional(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).optional(),
  /** The share of traces that are kept, for the samplers by ratio. */
  OTEL_TRACES_SAMPLER_ARG: ratio.optional(),
  /** Where Prometheus scrapes `/metrics`; 0 lets the system choose. */
  METRICS_PORT: port.optional(),
  METRICS_HOST: z.string().min(1).optional(),
}

const settings = z.object(TELEMETRY_SETTINGS)
export type TelemetrySettings = z.output<typeof settings>
