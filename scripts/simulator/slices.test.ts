import { evaluate, UNWATCHED } from '@carriergraph/network/domain/violation.ts'
import { expect, test } from 'vitest'
import { seededRandom } from './random.ts'
import { actionsOf, type KpiSample } from './scenario.ts'

const TICKS_IN_TEN_SECONDS = 20
const SLA = { latencyMsMax: 5, jitterMsMax: null, packetLossRatioMax: 0.001, downlinkBpsMin: 1_000_000 }

function samplesOf(slices: string[], ticks: number, seed = 1): Map<string, KpiSample[]> {
  const random = seededRandom(seed)
  const world = { slices: slices.map((id) => ({ id, sla: SLA })), accounts: [], linkIds: [] }
  const samples = new Map(slices.map((id) => [id, [] as KpiSample[]]))
  for (let tick = 0; tick < ticks; tick++)
    for (const action of actionsOf(tick, world, random))
      if (action.kind === 'kpi') samples.get(action.sliceId)?.push(action.sample)
  return samples
}

/** Ticks at which the network's own rule opens a violation of the latency. */
function openingsOf(samples: readonly KpiSample[] = [], watch = UNWATCHED): number[] {
  const readings = samples.map(({ latencyMs = 0 }, tick) => ({ observedAt: new Date(tick), value: latencyMs }))
  return evaluate({ metric: 'LATENCY_MS', bound: 'max', threshold: 5 }, watch, readings)
    .changes.filter(({ kind }) => kind === 'opened')
    .map(({ at }) => at.getTime())
}

test('the first slice breaks its SLA within the first ten seconds, whatever the seed', () => {
  for (let seed = 0; seed < 50; seed++)
    expect(openingsOf(samplesOf(['slc_a'], TICKS_IN_TEN_SECONDS, seed).get('slc_a'))).toEqual([8])
})

test('a violation that an earlier run left open is closed before, so that a new one opens', () => {
  const bad = [-3, -2, -1].map((time) => ({ observedAt: new Date(time), value: 9 }))
  const samples = samplesOf(['slc_a'], TICKS_IN_TEN_SECONDS).get('slc_a')
  expect(openingsOf(samples, { window: bad, isOpen: true })).toEqual([8])
})

test('four slices take turns: at any time a violation opens within ten seconds', () => {
  const samples = samplesOf(['slc_a', 'slc_b', 'slc_c', 'slc_d'], 200)
  const openings = [...samples.values()].flatMap((of) => openingsOf(of)).sort((a, b) => a - b)
  const gaps = openings.slice(1).map((tick, index) => tick - (openings[index] ?? 0))
  expect(openings.length).toBeGreaterThan(10)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(TICKS_IN_TEN_SECONDS)
})

test('a degraded sample misses every objective that there is, and says nothing of the others', () => {
  const samples = samplesOf(['slc_a'], TICKS_IN_TEN_SECONDS).get('slc_a') ?? []
  const bad = samples.map(
    ({ latencyMs = 0, packetLossRatio = 0, downlinkBps = 0 }) =>
      latencyMs > 5 && packetLossRatio > 0.001 && downlinkBps < 1_000_000,
  )
  expect(bad.flatMap((isBad, tick) => (isBad ? [tick] : []))).toEqual([6, 7, 8, 9])
  expect(Object.keys(samples[0] ?? {})).toEqual(['latencyMs', 'packetLossRatio', 'downlinkBps'])
})
