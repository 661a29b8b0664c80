import { currentSpan } from '@carriergraph/shared/telemetry/current-span.ts'
import { failSpan, type Tracing } from '@carriergraph/shared/telemetry/tracing.ts'
import { SpanKind } from '@opentelemetry/api'
import type { Planner } from '../planner/planner.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Phase, PhaseTimer } from './observation.ts'

/** Times the steps that an operation takes once: in the metrics, and below the span of the request that had to wait. */
export function createPhaseTimer(tracing: Tracing | undefined, metrics: GatewayMetrics | undefined): PhaseTimer {
  const begin = (phase: Phase) => {
    const began_ms = performance.now()
    // Planning ahead is nobody's request.
    const span =
      currentSpan() === undefined ? undefined : tracing?.start(phase, { kind: SpanKind.INTERNAL, attributes: {} })
    return (error?: unknown): void => {
      metrics?.phaseEnded(phase, error === undefined, performance.now() - began_ms)
      if (error !== undefined && span !== undefined) failSpan(span, error instanceof Error ? error.name : 'unknown')
      span?.end()
    }
  }

  return (phase, work) => {
    const ended = begin(phase)
    try {
      const result = work()
      if (result instanceof Promise)
        // The rejection is the caller's to handle; here it is only counted.
        result.then(() => ended(), ended)
      else ended()
      return result
    } catch (error) {
      ended(error)
      throw error
    }
  }
}

/** A planner whose work is timed. */
export const timedPlanner = (planner: Planner, time: PhaseTimer): Planner => ({
  planOperation: (...operation) => time('plan', () => planner.planOperation(...operation)),
  planSubscription: (...operation) => time('plan', () => planner.planSubscription(...operation)),
  close: () => planner.close(),
})
