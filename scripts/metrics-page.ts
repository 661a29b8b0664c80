// docs/metrics.md: every metric of the gateway and the subgraphs, as they register them.

import { railMetrics } from '@carriergraph/payments/rails/metrics.ts'
import { webhookMetrics } from '@carriergraph/payments/webhooks/metrics.ts'
import { sqlTelemetry } from '@carriergraph/shared/db/sql-telemetry.ts'
import { createRequestTelemetry } from '@carriergraph/shared/server/request-telemetry.ts'
import { Counter, Histogram, Registry } from 'prom-client'
import { z } from 'zod'
import { totalLoad } from '../gateway/src/planner/planning-threads.ts'
import { createCounts } from '../gateway/src/telemetry/counts.ts'
import { createGatewayMetrics } from '../gateway/src/telemetry/metrics.ts'
import { watchState } from '../gateway/src/telemetry/state-metrics.ts'
import { createSubgraphMetrics } from '../gateway/src/telemetry/subgraph-metrics.ts'

const INTRODUCTION = `# Metrics

Generated from the code by \`pnpm docs:generate\`. How to have them scraped is in [operations.md](operations.md#metrics).
Beside these every service has Prometheus' usual ones of its process: \`process_*\` and \`nodejs_*\`, the delay of the event
loop (\`nodejs_eventloop_lag_*\`) among them. Durations are in seconds; a histogram's \`_count\` is the number.
`

export function metricsPage(): string {
  const gateway = new Registry()
  createGatewayMetrics(gateway, [])
  createSubgraphMetrics(gateway)
  watchState(gateway, {
    documents: () => 0,
    sockets: () => 0,
    subscriptions: { open: 0, delivered: 0, failed: new Map(), resumed: {} },
    clients: () => [],
    upstreams: () => new Map(),
    upgrades: new Map(),
    socketsClosed: new Map(),
    counts: createCounts(),
    planning: () => totalLoad([]),
    cacheFailures: () => 0,
  })
  const subgraph = new Registry()
  createRequestTelemetry({ registry: subgraph }, () => 0)
  sqlTelemetry({ registry: subgraph }, 'any')
  const payments = new Registry()
  railMetrics(payments)
  webhookMetrics(payments, () => 0)
  return [
    INTRODUCTION,
    section('The gateway', gateway),
    section('Each subgraph', subgraph),
    section('Payments', payments),
  ].join('\n')
}

function section(title: string, registry: Registry): string {
  const rows = registry.getMetricsAsArray().map((metric) => {
    const { name, help, labelNames } = METRIC.parse(metric)
    const kind = metric instanceof Histogram ? 'histogram' : metric instanceof Counter ? 'counter' : 'gauge'
    return `| \`${name}\` | ${kind} | ${labelNames.map((label) => `\`${label}\``).join(', ')} | ${help} |`
  })
  return [`## ${title}\n`, '| metric | kind | labels | what |', '| --- | --- | --- | --- |', ...rows, ''].join('\n')
}

const METRIC = z.object({ name: z.string(), help: z.string(), labelNames: z.array(z.string()) })
