// What is asked of payments by their ids, over the wire.

import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Purse } from './testing/payments-database.ts'
import { CREATE, inputOf, operator, ownerOf, type PaymentsGraph, runPayments, START } from './testing/payments-graph.ts'
import { decides } from './testing/risk-server.ts'

let graph: PaymentsGraph
beforeAll(async () => {
  graph = await runPayments()
})
afterAll(() => graph[Symbol.asyncDispose]())
beforeEach(() => {
  graph.clock.set(START)
  graph.risk.behave(decides('APPROVE'))
})

type Caller = Parameters<PaymentsGraph['ask']>[0]

const create = async (
  purse: Purse,
  key: string,
  change: Record<string, unknown> = {},
  caller: Caller = ownerOf(purse),
) => (await graph.ask(caller, CREATE, inputOf(purse, key, change))).data.createPayment

const PAYMENT = `payment { id status capture authorisedUntil capturedAmount { amount } refundedAmount { amount }
  dispute { reason outcome } }`

async function command(name: string, input: Record<string, unknown>, caller: Caller = operator) {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${PAYMENT} errors { code field } } }`
  const { data, errors } = await graph.ask(caller, query, { input })
  return data?.[name] ?? errors
}

const REFUND = `mutation ($input: RefundPaymentInput!) { refundPayment(input: $input) {
  refund { id type status amount { amount } payer { id } original { id status refundedAmount { amount } }
    sourceAccount { id } sourceAccountId destinationAccountId billingAccount { id } }
  errors { code field } } }`

const refund = async (input: Record<string, unknown>, caller: Caller = operator) => {
  const { data, errors } = await graph.ask(caller, REFUND, { input })
  return data?.refundPayment ?? errors
}

it('holds, captures a part, refunds it, and shows all of it to the payer', async () => {
  const purse = await graph.purseWith(5_000n)
  const { payment } = await create(purse, 'k', { capture: 'MANUAL' })
  expect(payment).toMatchObject({ status: 'AUTHORISED', completedAt: null })
  const captured = await command('capturePayment', { paymentId: payment.id, amount: { amount: '5', currency: 'EUR' } })
  expect(captured).toEqual({
    payment: {
      id: payment.id,
      status: 'COMPLETED',
      capture: 'MANUAL',
      authorisedUntil: '2026-11-28T09:00:00.000Z',
      capturedAmount: { amount: '5.00' },
      refundedAmount: { amount: '0.00' },
      dispute: null,
    },
    errors: [],
  })
  const given = await refund({
    idempotencyKey: 'r',
    paymentId: payment.id,
    amount: { amount: '2.00', currency: 'EUR' },
  })
  expect(given).toMatchObject({
    refund: {
      type: 'REFUND',
      status: 'COMPLETED',
      amount: { amount: '2.00' },
      payer: { id: purse.userId },
      original: { id: payment.id, status: 'PARTIALLY_REFUNDED', refundedAmount: { amount: '2.00' } },
      destinationAccountId: purse.walletId,
      billingAccount: { id: purse.billingAccountId },
    },
    errors: [],
  })
  const seen = `{ payment(id: "${payment.id}") { refunds { nodes { id sourceAccount { id } sourceAccountId } } } }`
  const { data, errors } = await graph.ask(ownerOf(purse), seen)
  expect(errors).toBeUndefined()
  // Not the payer's to see: the operator's account that the refund was taken from.
  expect(data.payment.refunds.nodes).toEqual([
    { id: given.refund.id, sourceAccount: null, sourceAccountId: given.refund.sourceAccountId },
  ])
  expect((await graph.ask(operator, seen)).data.payment.refunds.nodes[0].sourceAccount).toEqual({
    id: given.refund.sourceAccountId,
  })
})

it('a payment that is to be confirmed waits for it, and may be cancelled instead by its payer', async () => {
  const purse = await graph.purseWith(5_000n)
  const { payment } = await create(purse, 'a', { confirm: false })
  expect(payment.status).toBe('CREATED')
  const confirmed = await command('confirmPayment', { paymentId: payment.id }, ownerOf(purse))
  expect(confirmed).toMatchObject({ payment: { status: 'COMPLETED' }, errors: [] })
  const other = (await create(purse, 'b', { confirm: false })).payment
  const cancelled = await command('cancelPayment', { paymentId: other.id }, ownerOf(purse))
  expect(cancelled).toMatchObject({ payment: { status: 'CANCELLED' }, errors: [] })
  expect(await command('confirmPayment', { paymentId: other.id }, ownerOf(purse))).toEqual({
    payment: null,
    errors: [{ code: 'ILLEGAL_TRANSITION', field: ['paymentId'] }],
  })
})

it('a failure shows in the answer of the command that met it', async () => {
  graph.risk.behave(decides('DECLINE'))
  const purse = await graph.purseWith(5_000n)
  const { payment } = await create(purse, 'a', { confirm: false })
  expect(await command('confirmPayment', { paymentId: payment.id }, ownerOf(purse))).toMatchObject({
    payment: { status: 'FAILED' },
    errors: [{ code: 'DECLINED_BY_RISK' }],
  })
})

it('transfers to another wallet, whose owner sees the money and not the payment', async () => {
  const [purse, other] = [await graph.purseWith(5_000n), await graph.purseWith(0n)]
  const change = { type: 'TRANSFER', billingAccountId: undefined, destinationAccountId: other.walletId }
  const { payment } = await create(purse, 'k', change)
  expect(payment).toMatchObject({ type: 'TRANSFER', status: 'COMPLETED', billingAccount: null })
  const query = `{ ledgerAccount(id: "${other.walletId}") { balance { amount } } payment(id: "${payment.id}") { id } }`
  const { data } = await graph.ask(ownerOf(other), query)
  expect(data).toEqual({ ledgerAccount: { balance: { amount: '12.50' } }, payment: null })
})

it('disputes, and ends the dispute', async () => {
  const purse = await graph.purseWith(5_000n)
  const { payment } = await create(purse, 'k')
  const reason = 'Not as described.'
  expect(await command('disputePayment', { paymentId: payment.id, reason })).toMatchObject({
    payment: { status: 'DISPUTED', dispute: { reason, outcome: null } },
  })
  expect(await command('resolveDispute', { paymentId: payment.id, outcome: 'LOST' })).toMatchObject({
    payment: { status: 'REFUNDED', dispute: { outcome: 'LOST' }, refundedAmount: { amount: '12.50' } },
    errors: [],
  })
})

const NOWHERE = newId('pay')
const eur = (amount: string) => ({ amount, currency: 'EUR' })

it.each<[string, Record<string, unknown>, string, string[]]>([
  ['a top-up of nothing', { billingAccountId: undefined }, 'INVALID_VALUE', ['billingAccountId']],
  ['a top-up of a wallet', { destinationAccountId: newId('led') }, 'INVALID_VALUE', ['destinationAccountId']],
  ['a transfer to nobody', { type: 'TRANSFER', billingAccountId: null }, 'INVALID_VALUE', ['destinationAccountId']],
  ['a fee to an account', { type: 'FEE' }, 'INVALID_VALUE', ['billingAccountId']],
  ['a refund', { type: 'REFUND' }, 'INVALID_VALUE', ['type']],
  [
    'a transfer to what is no wallet',
    { type: 'TRANSFER', billingAccountId: null, destinationAccountId: newId('acc') },
    'INVALID_ID',
    ['destinationAccountId'],
  ],
])('createPayment refuses %s by name', async (_, change, code, field) => {
  const purse = await graph.purseWith(5_000n)
  expect(await create(purse, 'k', change)).toEqual({ payment: null, errors: [{ code, field }] })
})

it('createPayment refuses a transfer to an account by what it has and by what it needs', async () => {
  const { payment, errors } = await create(await graph.purseWith(5_000n), 'k', { type: 'TRANSFER' })
  expect(payment).toBeNull()
  expect(errors).toEqual([
    { code: 'INVALID_VALUE', field: ['billingAccountId'] },
    { code: 'INVALID_VALUE', field: ['destinationAccountId'] },
  ])
})

it.each<[string, Record<string, unknown>, string, string[]]>([
  ['confirmPayment', { paymentId: newId('acc') }, 'INVALID_ID', ['paymentId']],
  ['confirmPayment', { paymentId: NOWHERE }, 'PAYMENT_NOT_FOUND', ['paymentId']],
  ['cancelPayment', { paymentId: 'x' }, 'INVALID_ID', ['paymentId']],
  ['cancelPayment', { paymentId: NOWHERE }, 'PAYMENT_NOT_FOUND', ['paymentId']],
  ['capturePayment', { paymentId: 'x' }, 'INVALID_ID', ['paymentId']],
  ['capturePayment', { paymentId: NOWHERE, amount: eur('0') }, 'INVALID_MONEY', ['amount', 'amount']],
  ['capturePayment', { paymentId: NOWHERE }, 'PAYMENT_NOT_FOUND', ['paymentId']],
  ['disputePayment', { paymentId: 'x', reason: 'r' }, 'INVALID_ID', ['paymentId']],
  ['disputePayment', { paymentId: NOWHERE, reason: '' }, 'INVALID_VALUE', ['reason']],
  ['disputePayment', { paymentId: NOWHERE, reason: 'r'.repeat(501) }, 'INVALID_VALUE', ['reason']],
  ['disputePayment', { paymentId: NOWHERE, reason: 'r' }, 'PAYMENT_NOT_FOUND', ['paymentId']],
  ['resolveDispute', { paymentId: 'x', outcome: 'WON' }, 'INVALID_ID', ['paymentId']],
  ['resolveDispute', { paymentId: NOWHERE, outcome: 'LOST' }, 'PAYMENT_NOT_FOUND', ['paymentId']],
])('%s refuses %j by name', async (name, input, code, field) => {
  expect(await command(name, input)).toEqual({ payment: null, errors: [{ code, field }] })
})

it.each<[Record<string, unknown>, string, string[]]>([
  [{ idempotencyKey: '', paymentId: NOWHERE }, 'INVALID_VALUE', ['idempotencyKey']],
  [{ idempotencyKey: 'k', paymentId: 'x' }, 'INVALID_ID', ['paymentId']],
  [{ idempotencyKey: 'k', paymentId: NOWHERE, amount: eur('-1') }, 'INVALID_MONEY', ['amount', 'amount']],
  [{ idempotencyKey: 'k', paymentId: NOWHERE }, 'PAYMENT_NOT_FOUND', ['paymentId']],
])('refundPayment refuses %j by name', async (input, code, field) => {
  expect(await refund(input)).toEqual({ refund: null, errors: [{ code, field }] })
})

describe('who may ask', () => {
  it.each(['capturePayment', 'disputePayment', 'resolveDispute', 'refundPayment'])(
    '%s is for operators and services',
    async (name) => {
      const purse = await graph.purseWith(5_000n)
      const { payment } = await create(purse, 'k')
      const rest = { disputePayment: { reason: 'r' }, resolveDispute: { outcome: 'WON' } }[name]
      const input = { paymentId: payment.id, ...(name === 'refundPayment' ? { idempotencyKey: 'k' } : {}), ...rest }
      const ask = (caller: Caller) => (name === 'refundPayment' ? refund(input, caller) : command(name, input, caller))
      expect(await ask(ownerOf(purse))).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
      expect(await ask({ operator: true, scopes: 'payments:read' })).toMatchObject([
        { extensions: { code: 'FORBIDDEN' } },
      ])
      expect(await ask(null)).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
      expect(await ask({ service: 'billing' })).toHaveProperty('errors')
    },
  )

  it.each(['confirmPayment', 'cancelPayment'])("%s finds nobody else's payment", async (name) => {
    const purse = await graph.purseWith(5_000n)
    const { payment } = await create(purse, 'k', { confirm: false })
    const input = { paymentId: payment.id }
    const notFound = { payment: null, errors: [{ code: 'PAYMENT_NOT_FOUND', field: ['paymentId'] }] }
    expect(await command(name, input, { customer: newId('usr') })).toEqual(notFound)
    expect(await command(name, input, { operator: true, tenant: 'rival' })).toEqual(notFound)
    expect(await command(name, input, { customer: purse.userId, scopes: 'payments:read' })).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ])
  })
})

it('a list of payments with their refunds costs as many statements for many as for one', async () => {
  const purse = await graph.purseWith(50_000n)
  const list = '{ payments(first: 50) { nodes { id original { id } refunds { nodes { id } } sourceAccount { id } } } }'
  const cost = () => countStatements([graph.database.url], () => graph.ask(ownerOf(purse), list))
  const refunded = async (key: string) => {
    const { payment } = await create(purse, key)
    await refund({ idempotencyKey: `${payment.id} r`, paymentId: payment.id })
  }
  await refunded('first')
  await cost()
  const one = await cost()
  for (const key of ['second', 'third', 'fourth']) await refunded(key)
  expect(await cost()).toBe(one)
})
