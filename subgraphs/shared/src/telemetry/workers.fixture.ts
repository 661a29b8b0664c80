// A service of two workers, each of which counts one request. Tells its parent where it serves the metrics of both.

import cluster from 'node:cluster'
import { once } from 'node:events'
import { Counter } from 'prom-client'
import { createLog } from '../log.ts'
import { openTelemetry } from './telemetry.ts'
import { serveWorkerMetrics } from './worker-metrics.ts'

const WORKERS = 2
const settings = { METRICS_PORT: 0 }
const resources = new AsyncDisposableStack()
const log = createLog({ service: 'test', level: 'silent' })

if (cluster.isPrimary) {
  const workers = Array.from({ length: WORKERS }, () => cluster.fork())
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  process.send?.({ port: await serveWorkerMetrics(settings, resources, log) })
} else {
  const { registry } = await openTelemetry('test', settings, resources, log)
  const requests = new Counter({ name: 'requests_total', help: 'Requests.', registers: registry ? [registry] : [] })
  requests.inc()
  process.send?.('ready')
}
// Whoever started it is gone.
process.once('disconnect', () => process.exit())
