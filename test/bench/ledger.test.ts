// What `pnpm bench:ledger` times, called a few times and without a clock: so the bench cannot rot, and what it posted is
// there.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Contender } from './ledger/contenders/contender.ts'
import { CONTENDERS } from './ledger/contenders/contenders.ts'
import { type Graph, startGraph } from './ledger/contenders/graph.ts'
import { createStage, type Stage } from './ledger/stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function callTwice(contender: Contender): Promise<number> {
  await using running = await contender.start(stage)
  const { transfers, latency } = await running.load({ calls: 2 })
  expect(latency.count).toBeGreaterThan(0)
  await running.verify?.()
  return transfers
}

describe('every contender posts what it says, in books that are sound', () => {
  const present = Object.values<Contender>(CONTENDERS).filter(({ missing }) => missing?.() === undefined)
  it.each(present.map((contender) => [contender.title, contender] as const))('%s', async (_, contender) => {
    expect(await callTwice(contender)).toBeGreaterThan(0)
  })
})

it('the graph posts transfers by the thousand, and completes payments', async () => {
  await using graph: Graph = await startGraph(stage)
  const [postTransfers, createPayment] = graph.contenders
  if (postTransfers === undefined || createPayment === undefined) throw new Error('Two were to be started.')
  expect(await callTwice(postTransfers)).toBe(2 * 4 * 1_000)
  expect(await callTwice(createPayment)).toBe(2 * 64)
})
