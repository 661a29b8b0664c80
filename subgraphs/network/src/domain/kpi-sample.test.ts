import { describe, expect, it } from 'vitest'
import { checkSamples, type KpiSample, newSamples } from './kpi-sample.ts'

const NOW = new Date('2026-01-01T12:00:00.000Z')
const sample = (second: number, change: Partial<KpiSample> = {}): KpiSample => ({
  observedAt: new Date(NOW.getTime() + second * 1_000),
  probe: 'default',
  latencyMs: 4,
  jitterMs: null,
  packetLossRatio: null,
  downlinkBps: null,
  ...change,
})
const many = (count: number) => Array.from({ length: count }, (_, index) => sample(-index))

describe('samples', () => {
  it.each<[string, KpiSample[]]>([
    ['a thousand of them', many(1_000)],
    ['from a clock that is five seconds ahead', [sample(5)]],
    ['of a probe with the longest name', [sample(0, { probe: 'p'.repeat(64) })]],
    ['of zeros', [sample(0, { latencyMs: 0, jitterMs: 0, packetLossRatio: 0, downlinkBps: 0 })]],
    ['of total loss', [sample(0, { packetLossRatio: 1 })]],
  ])('%s are taken', (_, samples) => {
    expect(checkSamples(samples, NOW)).toEqual({ ok: true, value: samples })
  })

  it.each<[string, KpiSample[], string, string[]]>([
    ['none', [], 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['more than a thousand', many(1_001), 'BATCH_SIZE_OUT_OF_RANGE', ['samples']],
    ['one without a value', [sample(0), sample(1, { latencyMs: null })], 'NOTHING_GIVEN', ['samples', '1']],
    ['one of the future', [sample(5.001)], 'INVALID_VALUE', ['samples', '0', 'observedAt']],
    ['a probe without a name', [sample(0, { probe: '' })], 'INVALID_VALUE', ['samples', '0', 'probe']],
    ['too long a name', [sample(0), sample(1, { probe: 'p'.repeat(65) })], 'INVALID_VALUE', ['samples', '1', 'probe']],
    ['a name that cannot be printed', [sample(0, { probe: 'a\0b' })], 'INVALID_VALUE', ['samples', '0', 'probe']],
    ['a negative latency', [sample(0, { latencyMs: -1 })], 'INVALID_VALUE', ['samples', '0', 'latencyMs']],
    ['a negative jitter', [sample(0, { jitterMs: -1 })], 'INVALID_VALUE', ['samples', '0', 'jitterMs']],
    ['a negative downlink', [sample(0, { downlinkBps: -1 })], 'INVALID_VALUE', ['samples', '0', 'downlinkBps']],
    ['a ratio above 1', [sample(0, { packetLossRatio: 2 })], 'INVALID_VALUE', ['samples', '0', 'packetLossRatio']],
  ])('are refused as a whole for %s', (_, samples, code, field) => {
    expect(checkSamples(samples, NOW)).toMatchObject({ ok: false, code, field })
  })
})

describe('new samples', () => {
  it('are those that are not known, each once, in the order of their time and their probes', () => {
    const given = [sample(3), sample(1), sample(2), sample(3), sample(3, { probe: 'a' })]
    expect(newSamples(given, [sample(2)])).toEqual({
      ok: true,
      value: [sample(1), sample(3, { probe: 'a' }), sample(3)],
    })
  })

  it.each<[string, Partial<KpiSample>]>([
    ['latency', { latencyMs: 5 }],
    ['jitter', { jitterMs: 1 }],
    ['loss', { packetLossRatio: 0 }],
    ['downlink', { downlinkBps: 0 }],
    ['a value fewer', { latencyMs: null, jitterMs: 1 }],
  ])('are refused where a probe measured other values at one instant: %s', (_, change) => {
    const conflict = { ok: false, code: 'SAMPLE_CONFLICT', field: ['samples', '1'] }
    expect(newSamples([sample(1), sample(0, change)], [sample(0)])).toMatchObject(conflict)
    expect(newSamples([sample(0), sample(0, change)], [])).toMatchObject(conflict)
    expect(newSamples([sample(0), sample(0, { ...change, probe: 'other' })], [])).toMatchObject({ ok: true })
  })
})
