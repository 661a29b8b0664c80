import { expect, it } from 'vitest'
import { explainOpening } from './explain-violation.ts'
import type { Reading } from './violation.ts'

const window = (...values: number[]): Reading[] =>
  values.map((value, second) => ({ observedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)), value }))

it('names the rule, the promise, every value of the window in its order and the worst of them', () => {
  const objective = { metric: 'LATENCY_MS', bound: 'max', threshold: 5 } as const
  expect(explainOpening(objective, window(4, 9.2, 5, 6, 7))).toEqual({
    rule: 'sla.latency.3_of_5',
    summary: '3 of the latest 5 samples had a latency above the promised 5 ms; the worst was 9.2 ms.',
    inputs: [
      { name: 'latency_ms_max', value: '5' },
      { name: 'latency_ms at 2026-01-01T00:00:00.000Z', value: '4' },
      { name: 'latency_ms at 2026-01-01T00:00:01.000Z', value: '9.2' },
      { name: 'latency_ms at 2026-01-01T00:00:02.000Z', value: '5' },
      { name: 'latency_ms at 2026-01-01T00:00:03.000Z', value: '6' },
      { name: 'latency_ms at 2026-01-01T00:00:04.000Z', value: '7' },
    ],
    counterfactual: 'Had one of the 3 been at most 5 ms, it would not have opened.',
  })
})

it('says how many samples would have had to be better when a late one made it more than three', () => {
  const objective = { metric: 'DOWNLINK_BPS', bound: 'min', threshold: 200 } as const
  const { rule, summary, counterfactual } = explainOpening(objective, window(100, 150, 300, 120, 199))
  expect(rule).toBe('sla.downlink.3_of_5')
  expect(summary).toContain('4 of the latest 5 samples had a downlink throughput below the promised 200 bit/s')
  expect(summary).toContain('the worst was 100 bit/s')
  expect(counterfactual).toBe('Had 2 of the 4 been at least 200 bit/s, it would not have opened.')
})
