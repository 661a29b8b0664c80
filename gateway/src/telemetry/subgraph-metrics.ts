import { Counter, type Registry } from 'prom-client'
import type { SubgraphObserver } from '../subgraphs/observer.ts'

/** Counts what the calls of subgraphs went through that their outcomes do not show. */
export function createSubgraphMetrics(registry: Registry): SubgraphObserver {
  const registers = [registry]
  const retries = new Counter({
    name: 'gateway_subgraph_retries_total',
    help: 'Tries of calls beyond the first of each.',
    labelNames: ['subgraph'],
    registers,
  })
  const failures = new Counter({
    name: 'gateway_subgraph_failures_total',
    help: 'Calls without an answer, by reason: SUBGRAPH_TIMEOUT, or what stands beside SUBGRAPH_UNAVAILABLE.',
    labelNames: ['subgraph', 'reason'],
    registers,
  })
  const changes = new Counter({
    name: 'gateway_subgraph_circuit_changes_total',
    help: 'How often the circuit of one of its URLs became open, half-open or closed.',
    labelNames: ['subgraph', 'state'],
    registers,
  })
  return {
    callFinished({ subgraph, outcome, tries }) {
      if (tries > 1) retries.inc({ subgraph }, tries - 1)
      if (outcome !== 'answered') failures.inc({ subgraph, reason: outcome })
    },
    circuitChanged: (subgraph, _endpoint, state) => changes.inc({ subgraph, state }),
  }
}
