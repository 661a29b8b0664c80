// The network as the gateway meets it: over signed HTTP and graphql-ws, on a real database.

import { fixedClock } from '@carriergraph/shared/clock.ts'
import { namedId } from '@carriergraph/shared/ids.ts'
import { type RunningSubgraph, runSubgraph } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadDemo } from './demo.ts'
import { network } from './service.ts'

const START = new Date('2026-11-21T09:00:00.000Z')
const clock = fixedClock(START)
const operator = { operator: true } as const

let running: RunningSubgraph

beforeAll(async () => {
  running = await runSubgraph(network, { clock })
  await loadDemo(running.database.forTenant('demo'), START)
})
afterAll(() => running[Symbol.asyncDispose]())

it('works', async () => {
  const answer = await running.ask(
    operator,
    `{ sites { nodes { id name topology latitude links { nodes { id lengthKm capacityBps status aEnd { name } zEnd { name } } } } }
    slices { nodes { id name sNssai sla { latencyMsMax } owner { id } kpiSamples(first: 2) { nodes { observedAt latencyMs downlinkBps } } violations { nodes { id } } } } }`,
  )
  console.log(JSON.stringify(answer, null, 1).slice(0, 6000))
  const slice = namedId('slc', 'demo/ada')
  const samples = [1, 2, 3].map((n) => ({
    observedAt: new Date(START.getTime() + n * 1000).toISOString(),
    latencyMs: 9 + n,
  }))
  const rec = await running.ask(
    operator,
    `mutation ($input: RecordKpiSamplesInput!) { recordKpiSamples(input: $input) { accepted duplicates opened { id observed severity explanation { rule summary counterfactual inputs { name value } } slice { name } } errors { code field message } } }`,
    { input: { sliceId: slice, samples } },
  )
  console.log(JSON.stringify(rec, null, 1))
  expect(answer.errors).toBeUndefined()
})
