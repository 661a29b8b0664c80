// Statements of days and months as people have them in their time zones, across changes of the clock and ends of months.

import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { operator, type PaymentsGraph, runPayments } from './testing/payments-graph.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())

const OPEN = 'mutation { openLedgerAccount(input: { purpose: FUNDING, currency: EUR }) { account { id } } }'
const POST = 'mutation ($input: PostTransfersInput!) { postTransfers(input: $input) { results { error { code } } } }'
const READ = `query ($id: ID!, $from: DateTime!, $until: DateTime!, $before: DateTime!, $last: DateTime!) {
  ledgerAccount(id: $id) {
    opening: balanceAsOf(at: $before) { amount } closing: balanceAsOf(at: $last) { amount }
    entries(from: $from, until: $until, first: 100) { nodes { balanceAfter { amount } postedAt } } } }`
type Entry = { readonly balanceAfter: { readonly amount: string }; readonly postedAt: string }

/** One cent at that moment. */
async function gain({ walletId }: Purse, fundingId: string, at: Date): Promise<void> {
  graph.clock.set(at)
  const transfer = {
    idempotencyKey: `${walletId} ${at.toISOString()}`,
    debitAccountId: fundingId,
    creditAccountId: walletId,
    amount: { amount: '0.01', currency: 'EUR' },
    reference: 'a cent',
  }
  const { data } = await graph.ask(operator, POST, { input: { transfers: [transfer] } })
  expect(data.postTransfers.results).toEqual([{ error: null }])
}

const cents = ({ amount }: { readonly amount: string }) => BigInt(amount.replace('.', ''))
const justBefore = (instant: string) => new Date(Date.parse(instant) - 1).toISOString()

// Midnights as a client in the zone writes them. In the order of their times: the clock of a ledger goes forward.
const PERIODS: [string, { readonly midnights: string[]; readonly within?: string[] }][] = [
  [
    'days in Berlin, when summer time begins: one of 23 hours',
    {
      midnights: ['2027-03-27T00:00:00+01:00', '2027-03-28T00:00:00+01:00', '2027-03-29T00:00:00+02:00'],
      within: ['2027-03-28T01:59:59.999+01:00', '2027-03-28T03:00:00+02:00'],
    },
  ],
  [
    'days on Lord Howe Island, which changes by half an hour',
    {
      midnights: ['2027-04-03T00:00:00+11:00', '2027-04-04T00:00:00+11:00', '2027-04-05T00:00:00+10:30'],
      within: ['2027-04-04T01:45:00+11:00', '2027-04-04T01:45:00+10:30'],
    },
  ],
  [
    'days in Cairo, of which one begins at one o’clock',
    { midnights: ['2027-04-29T00:00:00+02:00', '2027-04-30T01:00:00+03:00', '2027-05-01T00:00:00+03:00'] },
  ],
  [
    'days in Berlin, when it ends: one of 25 hours, in which half past two is twice',
    {
      midnights: ['2027-10-30T00:00:00+02:00', '2027-10-31T00:00:00+02:00', '2027-11-01T00:00:00+01:00'],
      within: ['2027-10-31T02:30:00+02:00', '2027-10-31T02:30:00+01:00'],
    },
  ],
  [
    'days in New York, when it ends',
    {
      midnights: ['2027-11-06T00:00:00-04:00', '2027-11-07T00:00:00-04:00', '2027-11-08T00:00:00-05:00'],
      within: ['2027-11-07T01:30:00-04:00', '2027-11-07T01:30:00-05:00'],
    },
  ],
  [
    'months in Berlin, of a leap year and of two offsets',
    {
      midnights: ['01-01T00:00:00+01:00', '02-01T00:00:00+01:00', '03-01T00:00:00+01:00', '04-01T00:00:00+02:00'].map(
        (at) => `2028-${at}`,
      ),
      within: ['2028-02-29T12:00:00Z', '2028-02-29T22:30:00Z', '2028-03-31T21:30:00Z'],
    },
  ],
  [
    'months in Kathmandu, whose midnight is a quarter past six in UTC',
    { midnights: ['2028-05-01T00:00:00+05:45', '2028-06-01T00:00:00+05:45', '2028-07-01T00:00:00+05:45'] },
  ],
]

it.each(PERIODS)('of %s, each entry is in one, and each opens with what closed the one before', async (_, given) => {
  const { midnights, within = [] } = given
  const fundingId = (await graph.ask(operator, OPEN)).data.openLedgerAccount.account.id
  const purse = await graph.purseWith(0n)
  const around = midnights.flatMap((at) => [-1, 0, 1].map((more) => Date.parse(at) + more))
  const moments = [...around, ...within.map((at) => Date.parse(at))].sort((a, b) => a - b)
  for (const at of moments) await gain(purse, fundingId, new Date(at))
  const seen: number[] = []
  // The one that was just before the first midnight.
  let closed = 1n
  for (const [index, until] of midnights.slice(1).entries()) {
    const from = midnights[index] ?? ''
    const times = { from, until, before: justBefore(from), last: justBefore(until) }
    const { data } = await graph.ask(operator, READ, { id: purse.walletId, ...times })
    const { opening, closing, entries } = data.ledgerAccount
    const nodes: Entry[] = entries.nodes.toReversed()
    expect([cents(opening), cents(closing)]).toEqual([closed, closed + BigInt(nodes.length)])
    expect(nodes.map(({ balanceAfter }) => cents(balanceAfter))).toEqual(nodes.map((_, at) => closed + BigInt(at + 1)))
    seen.push(...nodes.map(({ postedAt }) => Date.parse(postedAt)))
    closed += BigInt(nodes.length)
  }
  const [first, last] = [midnights[0] ?? '', midnights.at(-1) ?? ''].map((at) => Date.parse(at)) as [number, number]
  expect(seen).toEqual(moments.filter((at) => at >= first && at < last))
})
