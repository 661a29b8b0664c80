import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** How a request ended: what was asked for, with refusals among it, or with a fault of ours among it. */
export type Outcome = 'ok' | 'refused' | 'failed'

export type RequestMetrics = {
  operation(type: string, outcome: Outcome, began_ms: number): void
  event(outcome: Outcome, began_ms: number): void
  refused(code: string): void
}

/** From a lookup by key to the gateway's deadline. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** What a subgraph counts of its requests. */
export function requestMetrics(registry: Registry, openStreams: () => number): RequestMetrics {
  const registers = [registry]
  const operations = new Histogram({
    name: 'subgraph_operation_duration_seconds',
    help: 'Queries and mutations of signed callers, from the parsed body to the answer.',
    labelNames: ['type', 'outcome'],
    buckets: DURATION_BUCKETS_S,
    registers,
  })
  const events = new Histogram({
    name: 'subgraph_event_duration_seconds',
    help: 'Events of subscriptions, from the journal to the answer.',
    labelNames: ['outcome'],
    buckets: DURATION_BUCKETS_S,
    registers,
  })
  const refusals = new Counter({
    name: 'subgraph_refused_requests_total',
    help: 'Requests that were answered before any operation ran, by code: no signature, no valid token, no body.',
    labelNames: ['code'],
    registers,
  })
  new Gauge({
    name: 'subgraph_streams_open',
    help: 'Subscriptions that are open.',
    registers,
    collect() {
      this.set(openStreams())
    },
  })
  return {
    operation: (type, outcome, began_ms) => operations.observe({ type, outcome }, secondsSince(began_ms)),
    event: (outcome, began_ms) => events.observe({ outcome }, secondsSince(began_ms)),
    refused: (code) => refusals.inc({ code }),
  }
}

const secondsSince = (began_ms: number): number => (performance.now() - began_ms) / 1000
