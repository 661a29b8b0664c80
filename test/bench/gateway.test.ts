// What `pnpm bench:gateway` times, asked once without a clock: so the bench cannot rot, and compares like with like.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareAnswers } from './gateway/ask.ts'
import { CONTENDERS } from './gateway/contenders/contenders.ts'
import { forRequests, type Measurement, measure } from './gateway/measure.ts'
import { createStage, type Stage, type StartedContender } from './gateway/stage.ts'
import { WORKLOADS } from './gateway/workloads.ts'

let stage: Stage
let started: StartedContender[]

beforeAll(async () => {
  stage = await createStage()
  started = []
  for (const contender of CONTENDERS)
    if (contender.missing?.() === undefined) started.push(await stage.start(contender))
})
afterAll(() => stage[Symbol.asyncDispose]())

describe.each(WORKLOADS)('the $name workload', (workload) => {
  const fetches = { small: 5, large: 16 }[workload.name]
  const bytes = { small: 700, large: 87_000 }[workload.name]

  it('is answered alike by every contender, by none with an error', async () => {
    expect(started.length).toBeGreaterThanOrEqual(CONTENDERS.length - 1)
    expect(await compareAnswers(started, workload)).toBeGreaterThan(bytes)
  })

  it('costs the server by hand and Apollo Server as many fetches as their plan has', async () => {
    const measurements = new Map<string, Measurement>()
    for (const one of started) {
      const isOver = forRequests(3)
      const options = { stage, workload, connections: 1, bytes_min: bytes, isOver }
      measurements.set(one.contender.name, await measure(one, options))
    }
    expect(measurements.get('by-hand')?.fetches).toBe(fetches)
    expect(measurements.get('apollo')?.fetches).toBe(fetches)
    expect(measurements.get('carriergraph')?.fetches).toBeLessThanOrEqual(fetches)
  })

  it('counts as failed what is shorter than it should be', async () => {
    const [one] = started
    if (one === undefined) throw new Error('nothing was started')
    const common = { stage, workload, connections: 1, isOver: forRequests(2) }
    expect((await measure(one, { ...common, bytes_min: bytes })).failed_percent).toBe(0)
    expect((await measure(one, { ...common, bytes_min: 1_000_000 })).failed_percent).toBe(100)
  })
})
