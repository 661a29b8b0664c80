import { AggregatorRegistry, type Registry } from 'prom-client'
import type { Log } from '../log.ts'
import { startMetricsServer } from './metrics-server.ts'
import type { TelemetrySettings } from './settings.ts'

/** In a worker of `node:cluster`: the primary process, which has the port, asks it for its metrics. */
export function shareMetrics(registry: Registry): void {
  AggregatorRegistry.setRegistries([registry])
  // Listens to the primary from here on.
  new AggregatorRegistry()
}

/** In the primary process: serves the metrics of all workers, added up, if the settings ask for any. */
export async function serveWorkerMetrics(
  { METRICS_PORT: port, METRICS_HOST: host = '127.0.0.1' }: TelemetrySettings,
  resources: AsyncDisposableStack,
  log: Log,
): Promise<number | undefined> {
  if (port === undefined) return undefined
  const workers = new AggregatorRegistry()
  const registry = { metrics: () => workers.clusterMetrics(), contentType: workers.contentType }
  const server = await startMetricsServer({ registry, port, host, log })
  resources.defer(() => server.stop())
  return server.port
}
