// Whose samples are whose: probes, and their clocks.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { latencies, type NetworkStage, NOW, OPERATOR, second, setNetworkStage } from '../testing/network-stage.ts'

let stage: NetworkStage
beforeAll(async () => {
  stage = await setNetworkStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

describe('recordKpiSamples', () => {
  it('counts the samples of several probes at one instant, each for itself', async () => {
    const sliceId = await stage.slice()
    const from = (probe: string, latencyMs: number, at = 0) => ({ observedAt: second(at), probe, latencyMs })
    expect(await stage.record(sliceId, [from('east', 11)])).toMatchObject({ accepted: 1, opened: [] })
    expect(await stage.record(sliceId, [from('west', 11)])).toMatchObject({ accepted: 1, opened: [] })
    const { accepted, duplicates, opened } = await stage.record(sliceId, [from('east', 11), from('north', 12)])
    expect({ accepted, duplicates }).toEqual({ accepted: 1, duplicates: 1 })
    expect(opened).toMatchObject([{ observed: 12, openedAt: second(0) }])
    const good = ['a', 'b', 'c', 'd', 'e'].map((probe) => from(probe, 1))
    expect(await stage.record(sliceId, good)).toMatchObject({ closed: [{ openedAt: second(0), closedAt: second(0) }] })
    const query = `query ($id: ID!) { slice(id: $id) { kpiSamples(first: 3) { nodes { probe latencyMs } } } }`
    const { data } = await stage.ask(OPERATOR, query, { id: sliceId })
    expect(data.slice.kpiSamples.nodes).toEqual([
      { probe: 'west', latencyMs: 11 },
      { probe: 'north', latencyMs: 12 },
      { probe: 'east', latencyMs: 11 },
    ])
  })

  it('takes a sample without a probe for one of the probe `default`', async () => {
    const sliceId = await stage.slice()
    const sample = { observedAt: second(0), latencyMs: 1 }
    await stage.record(sliceId, [sample])
    for (const probe of ['default', null])
      expect(await stage.record(sliceId, [{ ...sample, probe }])).toMatchObject({ accepted: 0, duplicates: 1 })
  })

  it('refuses other values of one probe and instant, stored before or in the same call, and stores none', async () => {
    const sliceId = await stage.slice()
    await stage.record(sliceId, latencies([11, 11]))
    for (const samples of [latencies([11, 12, 13]), latencies([11, 11, 11, 11]).concat(latencies([1], 3))]) {
      const { accepted, opened, errors } = await stage.record(sliceId, samples)
      const place = samples.length === 3 ? '1' : '4'
      expect({ accepted, opened, errors }).toEqual({
        accepted: 0,
        opened: [],
        errors: [{ code: 'SAMPLE_CONFLICT', field: ['samples', place] }],
      })
    }
    expect(await stage.record(sliceId, latencies([11], 2))).toMatchObject({ accepted: 1, opened: [{ observed: 11 }] })
  })

  it('counts a sample from a clock that is ahead as measured now, so that it makes no other one late', async () => {
    const sliceId = await stage.slice()
    const now = NOW.getTime()
    const at = (offset_ms: number, latencyMs: number, probe: string) => ({
      observedAt: new Date(now + offset_ms).toISOString(),
      latencyMs,
      probe,
    })
    await stage.record(sliceId, [at(1, 1, 'fast'), at(2_000, 1, 'fast'), at(5_000, 1, 'fast')])
    stage.clock.advance(1)
    try {
      const { opened } = await stage.record(sliceId, [at(0, 11, 'a'), at(1, 11, 'a'), at(1, 11, 'b')])
      expect(opened).toMatchObject([{ openedAt: new Date(now + 1).toISOString() }])
    } finally {
      stage.clock.set(NOW)
    }
  })
})
