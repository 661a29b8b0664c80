// Remittances in the graph: lists, page by page, and the stream.

import type { Id } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { operator, ownerOf } from './testing/payments-graph.ts'
import { type RemittanceGraph, runRemittances } from './testing/remittance-graph.ts'
import { decidesRemittances } from './testing/risk-server.ts'

let graph: RemittanceGraph
beforeAll(async () => {
  graph = await runRemittances()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.risk.behave(decidesRemittances('APPROVE')))

const LISTS = `query ($refs: [_Any!]!, $after: Cursor) { _entities(representations: $refs) { ... on User {
  remittances(first: 2, after: $after) { nodes { id status history { status } quote { id } sourceAccount { id } }
    pageInfo { hasNextPage endCursor } } } } }`

it('lists come newest first, page by page, and cost the same for many as for one', async () => {
  const purses = await Promise.all(Array.from({ length: 6 }, () => graph.purseWith(50_000n)))
  const [first] = purses
  if (first === undefined) throw new Error('Nobody is there.')
  const ids: Id<'rem'>[] = []
  for (let sent = 0; sent < 3; sent += 1) {
    graph.clock.advance(1_000)
    ids.push((await graph.created(first)).remittance.id)
  }
  for (const purse of purses.slice(1)) await graph.created(purse)
  const refs = purses.map(({ userId }) => ({ __typename: 'User', id: userId }))
  const page = async (after: string | null) =>
    (await graph.ask(ownerOf(first), LISTS, { refs: refs.slice(0, 1), after })).data._entities[0].remittances
  const newest = await page(null)
  expect(newest.nodes.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]])
  const rest = await page(newest.pageInfo.endCursor)
  expect([rest.nodes[0].id, rest.pageInfo.hasNextPage]).toEqual([ids[0], false])
  const cost = (count: number) =>
    countStatements([graph.database.url], () => graph.ask(operator, LISTS, { refs: refs.slice(0, count) }))
  // What was sent is still driven on behind the answers, and is counted as well.
  await vi.waitFor(async () => expect(await cost(6)).toBe(await cost(1)), { timeout: 30_000, interval: 50 })
  const filtered = `query ($filter: RemittanceFilter) { remittances(filter: $filter) { nodes { id status } } }`
  const filter = { senderId: first.userId }
  expect((await graph.ask(operator, filtered, { filter })).data.remittances.nodes).toHaveLength(3)
  expect((await graph.ask(ownerOf(first), filtered, {})).data.remittances.nodes).toHaveLength(3)
  const failed = await graph.ask(ownerOf(first), filtered, { filter: { status: 'FAILED' } })
  expect(failed.data.remittances.nodes).toEqual([])
})

it('tells each state as it comes, to those who may know, and resumes behind a cursor', async () => {
  const purse = await graph.purseWith(20_000n)
  const live = await graph.live(ownerOf(purse))
  const CHANGES = `subscription ($after: Cursor) { remittanceStatusChanged(after: $after) {
    cursor status remittance { id status } } }`
  const stream = await live.open(CHANGES)
  type Told = { cursor: string; status: string; remittance: { id: string; status: string } }
  const next = async (from: typeof stream): Promise<Told> => {
    const { value } = await from.next()
    if (value?.errors) throw new Error(JSON.stringify(value.errors))
    return value?.data.remittanceStatusChanged
  }
  const other = graph.created(await graph.purseWith(20_000n))
  const { id } = (await graph.created(purse)).remittance
  const told = [await next(stream), await next(stream), await next(stream), await next(stream)]
  expect(told.map(({ status, remittance }) => [status, remittance.id])).toEqual(
    ['SCREENING', 'APPROVED', 'DEBITED', 'SENDING'].map((status) => [status, id]),
  )
  await stream.return?.()
  const resumed = await live.open(CHANGES, { after: told[1]?.cursor })
  expect((await next(resumed)).status).toBe('DEBITED')
  await resumed.return?.()
  await other
})
