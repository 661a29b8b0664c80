import { Counter, Histogram, type Registry } from 'prom-client'
import type { PlanningTimes } from '../planner/planning-threads.ts'
import type { EndedOperation } from './ended-operation.ts'
import type { Phase } from './observation.ts'

/** What the gateway counts. */
export interface GatewayMetrics {
  operationEnded(operation: EndedOperation): void
  eventEnded(operation: EndedOperation): void
  /** `outcome` is `ok`, `errors` where the answer had some, or the code with which the call failed. */
  callEnded(subgraph: string, outcome: string, duration_ms: number): void
  /** An operation was on a planning thread, and before that waited for one. */
  planned(times: PlanningTimes): void
  /** An event was handed to all who keep up, so long after its arrival. */
  eventPublished(lag_ms: number): void
  phaseEnded(phase: Phase, isDone: boolean, duration_ms: number): void
}

/** From an answer out of the cache to the deadline of two calls after each other. */
const DURATION_BUCKETS_S = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Planning takes from a millisecond to its deadline. */
const PHASE_BUCKETS_S = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The label of what may have any number of values, once it has its share. */
const OTHER = 'other'
/** Names of operations that have a series of their own, times types, outcomes and buckets. */
const OPERATION_NAMES_MAX = 200
/** All the codes of a graph are about as many; a subgraph that makes up codes must not fill the memory. */
const CODES_MAX = 200

/** `operationNames` are those that are counted apart: clients may call theirs what they like. */
export function createGatewayMetrics(registry: Registry, operationNames: readonly string[]): GatewayMetrics {
  const names = new Set(operationNames.slice(0, OPERATION_NAMES_MAX))
  const codeOf = boundedLabel(CODES_MAX)
  const series = seriesIn(registry)
  const countErrors = (codes: readonly string[]): void => {
    for (const code of codes) series.errors.inc({ code: codeOf(code) })
  }
  return {
    callEnded: (subgraph, outcome, duration_ms) =>
      series.calls.observe({ subgraph, outcome: codeOf(outcome) }, duration_ms / 1000),
    operationEnded({ type, name, outcome, codes, duration_ms }) {
      const operation = name !== undefined && names.has(name) ? name : OTHER
      series.operations.observe({ operation, type, outcome }, duration_ms / 1000)
      countErrors(codes)
    },
    eventEnded({ outcome, codes, duration_ms }) {
      series.events.observe({ outcome }, duration_ms / 1000)
      countErrors(codes)
    },
    planned({ wait_ms, duration_ms, outcome }) {
      series.waits.observe(wait_ms / 1000)
      series.plans.observe({ outcome: codeOf(outcome) }, duration_ms / 1000)
    },
    eventPublished: (lag_ms) => series.lags.observe(lag_ms / 1000),
    phaseEnded: (phase, isDone, duration_ms) =>
      series.phases.observe({ phase, outcome: isDone ? 'ok' : 'error' }, duration_ms / 1000),
  }
}

/** Every series by which the gateway counts, registered. */
function seriesIn(registry: Registry) {
  const registers = [registry]
  return {
    operations: new Histogram({
      name: 'gateway_operation_duration_seconds',
      help: 'Queries and mutations, by the name of the operation where it is a known one, type and outcome.',
      labelNames: ['operation', 'type', 'outcome'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    events: new Histogram({
      name: 'gateway_event_duration_seconds',
      help: 'Events of subscriptions, from their arrival to the completed answer.',
      labelNames: ['outcome'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    errors: new Counter({
      name: 'gateway_errors_total',
      help: 'Operations and events that were answered with an error, once for each code.',
      labelNames: ['code'],
      registers,
    }),
    phases: new Histogram({
      name: 'gateway_phase_duration_seconds',
      help: 'What an operation goes through when no cache knows it, or ahead of that: parse, validate, plan.',
      labelNames: ['phase', 'outcome'],
      buckets: PHASE_BUCKETS_S,
      registers,
    }),
    waits: new Histogram({
      name: 'gateway_planner_wait_seconds',
      help: 'How long operations waited for a planning thread.',
      buckets: PHASE_BUCKETS_S,
      registers,
    }),
    plans: new Histogram({
      name: 'gateway_planner_duration_seconds',
      help: 'What operations took on a planning thread, by outcome: ok, or the code with which one was refused.',
      labelNames: ['outcome'],
      buckets: PHASE_BUCKETS_S,
      registers,
    }),
    lags: new Histogram({
      name: 'gateway_event_lag_seconds',
      help: 'From the arrival of an event to its frame having been handed to all clients who keep up.',
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
    calls: new Histogram({
      name: 'gateway_subgraph_call_duration_seconds',
      help: 'Calls of a subgraph, retries included, by outcome: ok, errors in the answer, or the code of why there was none.',
      labelNames: ['subgraph', 'outcome'],
      buckets: DURATION_BUCKETS_S,
      registers,
    }),
  }
}

/** Lets the first values through, as many as `max`, and calls all others by one name. */
function boundedLabel(max: number): (value: string) => string {
  const admitted = new Set<string>()
  return (value) => {
    if (admitted.has(value)) return value
    if (admitted.size >= max) return OTHER
    admitted.add(value)
    return value
  }
}
