// The subscription, over graphql-ws as the gateway opens it; and many payments in one call.

import { newId } from '@carriergraph/shared/ids.ts'
import type { TestStream } from '@carriergraph/shared/testing/running-subgraph.ts'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'
import { decides } from './testing/risk-server.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => graph.risk.behave(decides('APPROVE')))

const CHANGES = `subscription ($paymentId: ID, $payerId: ID, $after: Cursor) {
  paymentStatusChanged(paymentId: $paymentId, payerId: $payerId, after: $after) {
    cursor occurredAt status payment { id status payer { id } amount { amount } } } }`

const create = async (purse: Purse, key: string, change: Record<string, unknown> = {}) =>
  (await graph.ask(ownerOf(purse), CREATE, inputOf(purse, key, change))).data.createPayment.payment

type Event = { cursor: string; status: string; payment: { id: string; status: string } }

/** The next `count` events of a stream, which stays open. */
async function next(stream: TestStream, count: number): Promise<Event[]> {
  const events: Event[] = []
  while (events.length < count) {
    const { value, done } = await stream.next()
    if (done || value?.errors) throw new Error(`the stream ended: ${JSON.stringify(value?.errors)}`)
    events.push(value?.data.paymentStatusChanged)
  }
  return events
}

it('tells each state that a payment comes into, with the payment as it stands', async () => {
  const purse = await graph.purseWith(5_000n)
  const stream = await (await graph.live(ownerOf(purse))).open(CHANGES)
  const told = next(stream, 3)
  const { id } = await create(purse, 'k')
  const events = await told
  expect(events.map(({ status }) => status)).toEqual(['RISK_PENDING', 'AUTHORISED', 'COMPLETED'])
  expect(events[2]).toEqual({
    cursor: expect.any(String),
    occurredAt: START.toISOString(),
    status: 'COMPLETED',
    payment: { id, status: 'COMPLETED', payer: { id: purse.userId }, amount: { amount: '12.50' } },
  })
  await stream.return?.()
})

it('resumes behind a cursor without a gap or a repeat, and goes on live', async () => {
  const purse = await graph.purseWith(5_000n)
  const live = await graph.live(operator)
  const before = await live.open(CHANGES, { payerId: purse.userId })
  const seen = next(before, 2)
  const first = await create(purse, 'first', { capture: 'MANUAL' })
  const [, second] = await seen
  await before.return?.()
  const capture = `mutation { capturePayment(input: { paymentId: "${first.id}" }) { errors { code } } }`
  await graph.ask(operator, capture)
  const resumed = await live.open(CHANGES, { payerId: purse.userId, after: second?.cursor })
  const rest = next(resumed, 3)
  const last = await create(purse, 'last', { confirm: false })
  const told = [...(await seen), ...(await rest)].map(({ status, payment }) => [payment.id, status])
  expect(told).toEqual([
    [first.id, 'RISK_PENDING'],
    [first.id, 'AUTHORISED'],
    [first.id, 'PROCESSING'],
    [first.id, 'COMPLETED'],
    [last.id, 'CREATED'],
  ])
  await resumed.return?.()
})

it('a customer is told of the own payments only, and of one of them where it is asked for', async () => {
  const [own, other] = [await graph.purseWith(5_000n), await graph.purseWith(5_000n)]
  const live = await graph.live(ownerOf(own))
  const before = await live.open(CHANGES)
  const waits = await create(own, 'waits', { confirm: false })
  const after = (await next(before, 1))[0]?.cursor
  const [all, one] = [await live.open(CHANGES, { after }), await live.open(CHANGES, { after, paymentId: waits.id })]
  const [toldAll, toldOne] = [next(all, 4), next(one, 1)]
  await create(other, 'theirs')
  const paid = await create(own, 'mine')
  await graph.ask(operator, `mutation { cancelPayment(input: { paymentId: "${waits.id}" }) { errors { code } } }`)
  expect((await toldAll).map(({ payment }) => payment.id)).toEqual([paid.id, paid.id, paid.id, waits.id])
  expect((await toldOne).map(({ payment, status }) => [payment.id, status])).toEqual([[waits.id, 'CANCELLED']])
  for (const stream of [before, all, one]) await stream.return?.()
})

it('all operators of a tenant are told the same, as @eventsDependOn declares', async () => {
  const purse = await graph.purseWith(5_000n)
  const callers = [newId('usr'), newId('usr')].map((subject) => ({ operator: true, subject }) as const)
  const streams = await Promise.all(callers.map(async (caller) => (await graph.live(caller)).open(CHANGES)))
  const told = streams.map((stream) => next(stream, 3))
  const { id } = await create(purse, 'k')
  const [first, second] = await Promise.all(told)
  expect(first?.map(({ payment }) => payment.id)).toEqual([id, id, id])
  // Each reads the payment as it stands when it tells.
  const toldBy = (events: Event[] | undefined) =>
    events?.map(({ cursor, status, payment }) => [cursor, status, payment.id])
  expect(toldBy(second)).toEqual(toldBy(first))
  await Promise.all(streams.map((stream) => stream.return?.()))
})

it.each<[string, () => Promise<[Parameters<PaymentsGraph['live']>[0], Record<string, unknown>]>, string]>([
  [
    'a payment of somebody else',
    async () => [{ customer: newId('usr') }, { paymentId: (await create(await graph.purseWith(5_000n), 'k')).id }],
    'PAYMENT_NOT_FOUND',
  ],
  ['a payment that is not there', async () => [operator, { paymentId: newId('pay') }], 'PAYMENT_NOT_FOUND'],
  ['an id of another kind', async () => [operator, { paymentId: newId('usr') }], 'INVALID_ID'],
  ['a payer of another kind', async () => [operator, { payerId: newId('pay') }], 'INVALID_ID'],
  ['a cursor that was made up', async () => [operator, { after: 'nonsense' }], 'INVALID_CURSOR'],
  ['a token without the scope', async () => [{ customer: newId('usr'), scopes: 'network:read' }, {}], 'FORBIDDEN'],
  ['no token', async () => [null, {}], 'UNAUTHENTICATED'],
])('refuses %s', async (_, ask, code) => {
  const [caller, variables] = await ask()
  const stream = await (await graph.live(caller)).open(CHANGES, variables)
  const { value } = await stream.next()
  expect(value?.errors).toMatchObject([{ extensions: { code } }])
})

const MANY = `mutation ($input: CreatePaymentsInput!) { createPayments(input: $input) {
  results { payment { id status } errors { code field } } errors { code field } } }`

const many = async (
  purse: Purse,
  payments: unknown[],
  caller: Parameters<PaymentsGraph['ask']>[0] = ownerOf(purse),
) => {
  const { data, errors } = await graph.ask(caller, MANY, { input: { payments } })
  return errors ?? data.createPayments
}

it('answers each of many payments in its place, whatever becomes of the others', async () => {
  const purse = await graph.purseWith(5_000n)
  const item = (key: string, change = {}) => inputOf(purse, key, change).input
  const payments = [
    item('a'),
    item(''),
    item('b', { amount: { amount: '900.00', currency: 'EUR' } }),
    item('a'),
    item('c', { sourceAccountId: newId('led') }),
    item('d', { type: 'FEE', billingAccountId: undefined }),
  ]
  const answer = await many(purse, payments)
  expect(answer).toMatchObject({
    results: [
      { payment: { status: 'COMPLETED' }, errors: [] },
      { payment: null, errors: [{ code: 'INVALID_VALUE', field: ['idempotencyKey'] }] },
      { payment: null, errors: [{ code: 'INSUFFICIENT_FUNDS', field: ['amount'] }] },
      { payment: { status: 'COMPLETED' }, errors: [] },
      { payment: null, errors: [{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }] },
      { payment: { status: 'COMPLETED' }, errors: [] },
    ],
    errors: [],
  })
  expect(answer.results[3].payment.id).toBe(answer.results[0].payment.id)
  expect(await many(purse, payments)).toEqual(answer)
})

it.each([0, 1_001])('refuses %i payments in one call as a whole', async (count) => {
  const purse = await graph.purseWith(0n)
  const payments = Array.from({ length: count }, (_, index) => inputOf(purse, `k${index}`).input)
  expect(await many(purse, payments)).toEqual({
    results: [],
    errors: [{ code: 'INVALID_VALUE', field: ['payments'] }],
  })
})

it('is refused without the scope', async () => {
  const purse = await graph.purseWith(0n)
  const caller = { customer: purse.userId, scopes: 'payments:read' }
  expect(await many(purse, [inputOf(purse, 'k').input], caller)).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
