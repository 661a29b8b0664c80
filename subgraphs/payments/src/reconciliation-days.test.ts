// The newest day that an operator may have reconciled is the bank's, which has begun while UTC still has the day before.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { operator } from './testing/payments-graph.ts'
import { movement, type ReconciliationGraph, RUN, runReconciliations } from './testing/reconciliation-graph.ts'

let graph: ReconciliationGraph
beforeAll(async () => {
  graph = await runReconciliations()
})
afterAll(() => graph[Symbol.asyncDispose]())

it.each([
  ['2026-11-21T22:59:59Z', '2026-11-22', ['DAY_IN_FUTURE']],
  ['2026-11-21T23:00:00Z', '2026-11-22', []],
  ['2026-11-21T23:00:00Z', '2026-11-23', ['DAY_IN_FUTURE']],
])('in Brussels, where a bank is unless RAIL_TIME_ZONE says another place, at %s: %s', async (now, day, codes) => {
  graph.clock.set(new Date(now))
  const account = graph.newAccount()
  await graph.expectMovements(account, [movement(account, '1.00')])
  const { run, errors } = (await graph.ask(operator, RUN, { account, day })).data.runReconciliation
  expect(errors.map(({ code }: { code: string }) => code)).toEqual(codes)
  expect(run?.day).toBe(codes.length === 0 ? day : undefined)
})
