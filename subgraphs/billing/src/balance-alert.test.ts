// The subscription, over graphql-ws as the gateway opens it.

import { newId } from '@carriergraph/shared/ids.ts'
import type { TestStream } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chargeUsage } from './db/charge-usage.ts'
import { openAccount } from './db/open-account.ts'
import { saveTariff } from './db/tariffs.ts'
import { termsOf, usage } from './testing/billing-database.ts'
import {
  type BillingGraph,
  NOW,
  type OpenedAccount,
  operator,
  POSTPAID,
  recordOf,
  runBilling,
} from './testing/billing-graph.ts'

let graph: BillingGraph
beforeAll(async () => {
  graph = await runBilling()
})
afterAll(() => graph[Symbol.asyncDispose]())

const ALERTS = `subscription ($accountId: ID, $after: Cursor) { balanceAlert(accountId: $accountId, after: $after) {
  cursor occurredAt
  alert { id kind balance { amount currency } threshold { amount } account { id msisdn owner { id } tariff { name } } }
} }`

/** An account of which the first call of 0.12 EUR falls below the threshold, and ten more exhaust it. */
const thinAccount = () =>
  graph.openAccount({
    paymentMode: 'POSTPAID',
    tariffId: POSTPAID,
    creditLimit: { amount: '1.00', currency: 'EUR' },
    lowBalanceThreshold: { amount: '0.90', currency: 'EUR' },
  })
const call = (account: OpenedAccount, quantity = 100) =>
  graph.record(recordOf(newId('use'), account.msisdn, { quantity }))

type Event = { cursor: string; alert: { id: string; kind: string; account: { id: string } } }

/** The next `count` events of a stream, which stays open. */
async function next(stream: TestStream, count: number): Promise<Event[]> {
  const events: Event[] = []
  while (events.length < count) {
    const { value, done } = await stream.next()
    if (done || value?.errors) throw new Error(`the stream ended: ${JSON.stringify(value?.errors)}`)
    events.push(value?.data.balanceAlert)
  }
  return events
}

it('tells an alert as it happens, with everything about its account', async () => {
  const account = await thinAccount()
  const stream = await (await graph.live(operator)).open(ALERTS, { accountId: account.id })
  const first = next(stream, 1)
  await call(account)
  expect(await first).toEqual([
    {
      cursor: expect.any(String),
      occurredAt: '2026-11-21T12:00:00.000Z',
      alert: {
        id: expect.stringMatching(/^alt_/),
        kind: 'LOW_BALANCE',
        balance: { amount: '-0.12', currency: 'EUR' },
        threshold: { amount: '0.90' },
        account: {
          id: account.id,
          msisdn: account.msisdn,
          owner: { id: account.customer.customer },
          tariff: { name: 'Postpaid by the second' },
        },
      },
    },
  ])
  await stream.return?.()
})

it('resumes behind a cursor without a gap or a repeat, and goes on live', async () => {
  const accounts = await Promise.all(Array.from({ length: 6 }, thinAccount))
  const live = await graph.live(operator)
  const before = await live.open(ALERTS, {})
  const seen = next(before, 2)
  for (const account of accounts.slice(0, 4)) await call(account)
  const [, second] = await seen
  await before.return?.()
  const resumed = await live.open(ALERTS, { after: second?.cursor })
  const rest = next(resumed, 4)
  for (const account of accounts.slice(4)) await call(account)
  const told = [...(await seen), ...(await rest)].map(({ alert }) => alert.account.id)
  expect(told).toEqual(accounts.map(({ id }) => id))
  await resumed.return?.()
})

it('one charge that crosses both lines tells both alerts, in their order', async () => {
  const account = await thinAccount()
  const stream = await (await graph.live(operator)).open(ALERTS, { accountId: account.id })
  const both = next(stream, 2)
  await call(account, 1_000)
  expect((await both).map(({ alert }) => alert.kind)).toEqual(['LOW_BALANCE', 'EXHAUSTED'])
  await stream.return?.()
})

it('a customer is told of the own accounts only', async () => {
  const [own, other] = [await thinAccount(), await thinAccount()]
  const stream = await (await graph.live(own.customer)).open(ALERTS)
  const events = next(stream, 2)
  await call(other, 1_000)
  await call(own, 100)
  await call(other, 100)
  await call(own, 1_000)
  expect((await events).map(({ alert }) => [alert.account.id, alert.kind])).toEqual([
    [own.id, 'LOW_BALANCE'],
    [own.id, 'EXHAUSTED'],
  ])
  await stream.return?.()
})

it('all operators of a tenant are told the same, as @eventsDependOn declares', async () => {
  const [one, other] = [await thinAccount(), await thinAccount()]
  const callers = [one.customer.customer, newId('usr')].map((subject) => ({ operator: true, subject }) as const)
  const streams = await Promise.all(callers.map(async (caller) => (await graph.live(caller)).open(ALERTS)))
  for (const account of [one, other]) await call(account)
  const [first, second] = await Promise.all(streams.map((stream) => next(stream, 2)))
  expect(first?.map(({ alert }) => alert.account.id)).toEqual([one.id, other.id])
  expect(second).toEqual(first)
  await Promise.all(streams.map((stream) => stream.return?.()))
})

it('an account of null is any account', async () => {
  const [own, other] = [await thinAccount(), await thinAccount()]
  const stream = await (await graph.live(own.customer)).open(ALERTS, { accountId: null })
  const events = next(stream, 1)
  await call(other)
  await call(own)
  expect((await events).map(({ alert }) => alert.account.id)).toEqual([own.id])
  await stream.return?.()
})

it("another tenant's operator is told of that tenant's alerts only", async () => {
  const theirs = graph.database.forTenant('rival')
  const by = { actor: 'svc:test', correlationId: 'test', now: NOW }
  const tariff = { id: newId('trf'), name: 'Flat', currency: 'EUR' } as const
  await saveTariff(theirs, { ...tariff, rates: [{ usageType: 'VOICE', blockSize: 60, pricePerBlock: '1' }] }, NOW)
  const terms = termsOf('4917199999', { tariffId: tariff.id })
  const opened = await openAccount(theirs, terms, { balanceMinor: 550n }, by)
  const stream = await (await graph.live({ operator: true, tenant: 'rival' })).open(ALERTS)
  const events = next(stream, 1)
  await call(await thinAccount())
  await chargeUsage(theirs, [usage('rival', { msisdn: terms.msisdn })], by)
  expect((await events).map(({ alert }) => alert.account.id)).toEqual([opened.ok && opened.value.id])
  await stream.return?.()
})

it('of several own accounts only the one that is asked for is told', async () => {
  const one = await thinAccount()
  const terms = { paymentMode: 'POSTPAID', tariffId: POSTPAID, creditLimit: { amount: '1.00', currency: 'EUR' } }
  const two = await graph.openAccount({
    ...terms,
    ownerId: one.customer.customer,
    lowBalanceThreshold: { amount: '0.90', currency: 'EUR' },
  })
  const stream = await (await graph.live(one.customer)).open(ALERTS, { accountId: two.id })
  const events = next(stream, 1)
  await call(one)
  await call(two)
  expect((await events).map(({ alert }) => alert.account.id)).toEqual([two.id])
  await stream.return?.()
})

it.each<[string, (account: OpenedAccount) => [Parameters<BillingGraph['live']>[0], Record<string, unknown>], string]>([
  ['an account of somebody else', ({ id }) => [{ customer: newId('usr') }, { accountId: id }], 'ACCOUNT_NOT_FOUND'],
  ['an account that is not there', () => [operator, { accountId: newId('acc') }], 'ACCOUNT_NOT_FOUND'],
  [
    'an account of another tenant',
    ({ id }) => [{ operator: true, tenant: 'rival' }, { accountId: id }],
    'ACCOUNT_NOT_FOUND',
  ],
  ['an id of another kind', () => [operator, { accountId: newId('usr') }], 'INVALID_ID'],
  ['a cursor that was made up', () => [operator, { after: 'nonsense' }], 'INVALID_CURSOR'],
  ['a token without the scope', () => [{ customer: newId('usr'), scopes: 'network:read' }, {}], 'FORBIDDEN'],
  ['no token', () => [null, {}], 'UNAUTHENTICATED'],
])('refuses %s', async (_, ask, code) => {
  const [caller, variables] = ask(await thinAccount())
  const stream = await (await graph.live(caller)).open(ALERTS, variables)
  const { value } = await stream.next()
  expect(value?.errors).toMatchObject([{ extensions: { code } }])
})
