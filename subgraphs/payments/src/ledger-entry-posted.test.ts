// The subscription, over graphql-ws as the gateway opens it.

import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { TestStream } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const ENTRIES = `subscription ($accountId: ID!, $after: Cursor) { ledgerEntryPosted(accountId: $accountId, after: $after) {
  cursor occurredAt entry { sequence side transferId amount { amount currency } balanceAfter { amount } postedAt } } }`

type Event = { cursor: string; entry: { sequence: number } }

/** The next `count` events of a stream, which stays open. */
async function next(stream: TestStream, count: number): Promise<Event[]> {
  const events: Event[] = []
  while (events.length < count) {
    const { value, done } = await stream.next()
    if (done || value?.errors) throw new Error(`the stream ended: ${JSON.stringify(value?.errors)}`)
    events.push(value?.data.ledgerEntryPosted)
  }
  return events
}

const pay = (purse: Purse) => graph.ask(ownerOf(purse), CREATE, inputOf(purse, newId('evt')))

it('tells the owner of each entry as it is posted, on the side of the wallet', async () => {
  const purse = await graph.purseWith(5_000n)
  const stream = await (await graph.live(ownerOf(purse))).open(ENTRIES, { accountId: purse.walletId })
  const first = next(stream, 1)
  await pay(purse)
  expect(await first).toEqual([
    {
      cursor: expect.any(String),
      occurredAt: START.toISOString(),
      entry: {
        sequence: 2,
        side: 'DEBIT',
        transferId: expect.stringMatching(/^tfr_/),
        amount: { amount: '-12.50', currency: 'EUR' },
        balanceAfter: { amount: '37.50' },
        postedAt: START.toISOString(),
      },
    },
  ])
  await stream.return?.()
})

it('resumes behind a cursor without a loss or a repeat, and goes on live', async () => {
  const purse = await graph.purseWith(50_000n)
  const accountId = purse.walletId
  const live = await graph.live(operator)
  const before = await live.open(ENTRIES, { accountId })
  const seen = next(before, 2)
  for (let count = 0; count < 4; count += 1) await pay(purse)
  const [, second] = await seen
  await before.return?.()
  const resumed = await live.open(ENTRIES, { accountId, after: second?.cursor })
  const rest = next(resumed, 4)
  for (let count = 0; count < 2; count += 1) await pay(purse)
  const told = [...(await seen), ...(await rest)].map(({ entry }) => entry.sequence)
  expect(told).toEqual([2, 3, 4, 5, 6, 7])
  await resumed.return?.()
})

it.each<[string, (purse: Purse) => Record<string, unknown>, string]>([
  ['an account that is not there', () => ({ accountId: newId('led') }), 'LEDGER_ACCOUNT_NOT_FOUND'],
  ['an id of another kind', () => ({ accountId: newId('acc') }), 'INVALID_ID'],
  ['a cursor of something else', ({ walletId }) => ({ accountId: walletId, after: 'nonsense' }), 'INVALID_CURSOR'],
])('refuses %s', async (_, variables, code) => {
  const purse = await graph.purseWith(1n)
  const stream = await (await graph.live(operator)).open(ENTRIES, variables(purse))
  const { value } = await stream.next()
  expect(value?.errors).toMatchObject([{ extensions: { code } }])
})

it('a stranger, another tenant and nobody are told nothing', async () => {
  const purse = await graph.purseWith(1n)
  const accountId: Id<'led'> = purse.walletId
  const stranger = { customer: newId('usr') }
  const rival = { operator: true, tenant: 'rival' } as const
  for (const [caller, code] of [
    [stranger, 'LEDGER_ACCOUNT_NOT_FOUND'],
    [rival, 'LEDGER_ACCOUNT_NOT_FOUND'],
    [null, 'UNAUTHENTICATED'],
  ] as const) {
    const stream = await (await graph.live(caller)).open(ENTRIES, { accountId })
    const { value } = await stream.next()
    expect(value?.errors).toMatchObject([{ extensions: { code } }])
  }
})
