import cluster from 'node:cluster'
import { collectDefaultMetrics, Registry } from 'prom-client'
import type { Log } from '../log.ts'
import { startMetricsServer } from './metrics-server.ts'
import type { TelemetrySettings } from './settings.ts'
import type { Tracing } from './tracing.ts'
import { shareMetrics } from './worker-metrics.ts'

/** How a service is watched; each part is missing where nobody asked for it, and then costs nothing. */
export type Telemetry = {
  readonly tracing?: Tracing
  /** Where the service's metrics are registered, beside those of its process. */
  readonly registry?: Registry
}

/** Opens what the settings ask for, and closes it with `resources`: the last spans are sent when all else has ended. */
export async function openTelemetry(
  service: string,
  settings: TelemetrySettings,
  resources: AsyncDisposableStack,
  log: Log,
): Promise<Telemetry> {
  const tracing = await openTracing(service, settings, log)
  if (tracing !== undefined) resources.defer(() => tracing.stop())
  const registry = settings.METRICS_PORT === undefined ? undefined : new Registry()
  if (registry !== undefined) {
    collectDefaultMetrics({ register: registry })
    if (cluster.isWorker) shareMetrics(registry)
    else {
      const { METRICS_PORT: port = 0, METRICS_HOST: host = '127.0.0.1' } = settings
      const server = await startMetricsServer({ registry, port, host, log })
      resources.defer(() => server.stop())
      log.info({ port: server.port }, 'metrics are served')
    }
  }
  return { ...(tracing && { tracing }), ...(registry && { registry }) }
}

async function openTracing(service: string, settings: TelemetrySettings, log: Log): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = settings
  if ((OTEL_EXPORTER_OTLP_ENDPOINT ?? OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) === undefined || OTEL_SDK_DISABLED)
    return undefined
  // 20 MB and 125 ms that only a traced service should pay.
  const { openOtlpTracing } = await import('./otlp.ts')
  return openOtlpTracing(service, settings, log)
}
