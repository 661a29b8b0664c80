import { describe, expect, it } from 'vitest'
import { checkSamples, type KpiSample } from './kpi-sample.ts'

const NOW = new Date('2026-01-01T12:00:00.000Z')
const sample = (second: number, change: Partial<KpiSample> = {}): KpiSample => ({
  observedAt: new Date(NOW.getTime() + second * 1_000),
  latencyMs: 4,
  jitterMs: null,
  packetLossRatio: null,
  downlinkBps: null,
  ...change,
})
const many = (count: number) => Array.from({ length: count }, (_, index) => sample(-index))

describe('samples', () => {
  it('are put into the order of their time, each time once: the first one given counts', () => {
    const checked = checkSamples([sample(3), sample(1), sample(3, { latencyMs: 9 })], NOW)
    expect(checked).toEqual({ ok: true, value: [sample(1), sample(3)] })
  })

  it.each<[string, KpiSample[]]>([
    ['a thousand of them', many(1_000)],
    ['from a clock that is five minutes ahead', [sample(300)]],
    ['of zeros', [sample(0, { latencyMs: 0, jitterMs: 0, packetLossRatio: 0, downlinkBps: 0 })]],
    ['of total loss', [sample(0, { packetLossRatio: 1 })]],
  ])('%s are taken', (_, samples) => {
    expect(checkSamples(samples, NOW)).toMatchObject({ ok: true })
  })

  it.each<[string, KpiSample[], string, string[]]>([
    ['none', [], 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['more than a thousand', many(1_001), 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['one without a value', [sample(0), sample(1, { latencyMs: null })], 'NOTHING_GIVEN', ['samples', '1']],
    ['one of the future', [sample(300.001)], 'INVALID_VALUE', ['samples', '0', 'observedAt']],
    ['a negative latency', [sample(0, { latencyMs: -1 })], 'INVALID_VALUE', ['samples', '0', 'latencyMs']],
    ['a negative jitter', [sample(0, { jitterMs: -1 })], 'INVALID_VALUE', ['samples', '0', 'jitterMs']],
    ['a negative downlink', [sample(0, { downlinkBps: -1 })], 'INVALID_VALUE', ['samples', '0', 'downlinkBps']],
    ['a ratio above 1', [sample(0, { packetLossRatio: 2 })], 'INVALID_VALUE', ['samples', '0', 'packetLossRatio']],
  ])('are refused as a whole for %s', (_, samples, code, field) => {
    expect(checkSamples(samples, NOW)).toMatchObject({ ok: false, code, field })
  })
})
