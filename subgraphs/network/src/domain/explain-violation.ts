import type { Explanation } from '@carriergraph/shared/explanation.ts'
import { type Objective, type SlaMetric, worstOf } from './sla.ts'
import { MISSES_TO_OPEN, missesIn, type Reading, WINDOW_SIZE } from './violation.ts'

/** How each metric is called in rules, in inputs and in sentences; the unit begins with its space. */
const WORDS: Record<SlaMetric, { rule: string; input: string; name: string; unit: string }> = {
  LATENCY_MS: { rule: 'latency', input: 'latency_ms', name: 'latency', unit: ' ms' },
  JITTER_MS: { rule: 'jitter', input: 'jitter_ms', name: 'jitter', unit: ' ms' },
  PACKET_LOSS_RATIO: { rule: 'packet_loss', input: 'packet_loss_ratio', name: 'packet loss ratio', unit: '' },
  DOWNLINK_BPS: { rule: 'downlink', input: 'downlink_bps', name: 'downlink throughput', unit: ' bit/s' },
}

/** Why a violation opened on these readings, which are in the order of their time and not empty. */
export function explainOpening(objective: Objective, window: readonly Reading[]): Explanation {
  const { metric, bound, threshold } = objective
  const { rule, input, name, unit } = WORDS[metric]
  const missed = missesIn(objective, window)
  const worst = worstOf(
    objective,
    window.map(({ value }) => value),
  )
  const beyond = bound === 'max' ? 'above' : 'below'
  const within = bound === 'max' ? 'at most' : 'at least'
  const surplus = missed - MISSES_TO_OPEN + 1
  return {
    rule: `sla.${rule}.${MISSES_TO_OPEN}_of_${WINDOW_SIZE}`,
    summary: `${missed} of the latest ${window.length} samples had a ${name} ${beyond} the promised ${threshold}${unit}; the worst was ${worst}${unit}.`,
    inputs: [
      { name: `${input}_${bound}`, value: String(threshold) },
      ...window.map(({ observedAt, value }) => ({
        name: `${input} at ${observedAt.toISOString()}`,
        value: `${value}`,
      })),
    ],
    counterfactual: `Had ${surplus === 1 ? 'one' : surplus} of the ${missed} been ${within} ${threshold}${unit}, it would not have opened.`,
  }
}
