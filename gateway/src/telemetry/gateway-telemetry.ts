import type { Log } from '@carriergraph/shared/log.ts'
import type { Telemetry } from '@carriergraph/shared/telemetry/telemetry.ts'
import type { PlanningTimes } from '../planner/planning-threads.ts'
import type { SubgraphObserver } from '../subgraphs/observer.ts'
import { createGatewayMetrics } from './metrics.ts'
import type { Observation, OperationStart, PhaseTimer } from './observation.ts'
import { createOperationObserver } from './operation-observer.ts'
import { createPhaseTimer } from './phases.ts'
import { createRequestLog, type RequestLogMode } from './request-log.ts'
import { type GatewayState, watchState } from './state-metrics.ts'
import { createSubgraphMetrics } from './subgraph-metrics.ts'

/** How the gateway is watched. One that nobody watches has none of it. */
export interface GatewayTelemetry {
  /** Begins to watch an operation. */
  begin(start: OperationStart): Observation
  readonly phase: PhaseTimer
  /** Whether calls of subgraphs carry a trace of the gateway's own. */
  readonly isTracing: boolean
  /** An operation was on a planning thread. */
  readonly planned: (times: PlanningTimes) => void
  /** An event was handed on, so long after its arrival. */
  readonly published: (lag_ms: number) => void
  /** Is told of calls to subgraphs, where they are counted. */
  readonly subgraphs: SubgraphObserver | undefined
  /** Called once, by the gateway whose state is shown. */
  watch(state: GatewayState): void
}

export interface GatewayTelemetryOptions extends Telemetry {
  readonly requestLog: { readonly mode: RequestLogMode; readonly slow_ms: number }
  /** Operations that are counted by name. */
  readonly operationNames: readonly string[]
  /** Whether a client may say which trace its request belongs to, and that it shall be kept. */
  readonly isTraceTrusted: boolean
  readonly log: Log
}

/** Undefined where there is nothing to trace, count or log. */
export function createGatewayTelemetry(options: GatewayTelemetryOptions): GatewayTelemetry | undefined {
  const { tracing, registry, operationNames, isTraceTrusted, log } = options
  const requestLog = createRequestLog({ ...options.requestLog, log })
  if (tracing === undefined && registry === undefined && requestLog === undefined) return undefined
  const metrics = registry && createGatewayMetrics(registry, operationNames)
  return {
    begin: createOperationObserver({ tracing, metrics, requestLog, isTraceTrusted }),
    phase: createPhaseTimer(tracing, metrics),
    isTracing: tracing !== undefined,
    planned: (times) => metrics?.planned(times),
    published: (lag_ms) => metrics?.eventPublished(lag_ms),
    subgraphs: registry && createSubgraphMetrics(registry),
    watch: (state) => registry && watchState(registry, state),
  }
}
