import { newId } from '@carriergraph/shared/ids.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  CREATE,
  demoUser,
  inputOf,
  operator,
  ownerOf,
  type PaymentsGraph,
  runPayments,
  START,
} from './testing/payments-graph.ts'
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

it('answers with the whole payment', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data, errors } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  expect(errors).toBeUndefined()
  expect(data.createPayment).toEqual({
    payment: {
      id: expect.stringMatching(/^pay_/),
      type: 'TOP_UP',
      status: 'COMPLETED',
      amount: { amount: '12.50', currency: 'EUR' },
      payer: { id: purse.userId },
      billingAccount: { id: purse.billingAccountId },
      sourceAccount: { id: purse.walletId, balance: { amount: '37.50', currency: 'EUR' } },
      decision: {
        source: 'RISK',
        explanation: expect.objectContaining({ rule: 'risk.score', inputs: [{ name: 'score', value: '0' }] }),
      },
      failure: null,
      history: [
        { status: 'RISK_PENDING', occurredAt: START.toISOString(), actor: purse.userId },
        { status: 'AUTHORISED', occurredAt: START.toISOString(), actor: 'svc:payments' },
        { status: 'COMPLETED', occurredAt: START.toISOString(), actor: 'svc:payments' },
      ],
      createdAt: START.toISOString(),
      completedAt: START.toISOString(),
    },
    errors: [],
  })
})

// The two locks of settling skip what others hold, as those of workers do, and are not counted.
it('costs 4 statements to take on, 1 to know whose account it tops up, 5 to settle and 4 to answer again, beside the journal', async () => {
  const purse = await graph.purseWith(5_000n)
  const id = `mutation ($input: CreatePaymentInput!) { createPayment(input: $input) { payment { id } } }`
  const cost = (key: string) =>
    countStatements([graph.database.url], () => graph.ask(ownerOf(purse), id, inputOf(purse, key)))
  await cost('warm')
  expect([await cost('first'), await cost('second'), await cost('second')]).toEqual([10, 10, 4])
})

it('answers a declined payment with the payment and its error', async () => {
  graph.risk.behave(decides('DECLINE'))
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  expect(data.createPayment).toMatchObject({
    payment: {
      status: 'FAILED',
      completedAt: null,
      failure: { code: 'DECLINED_BY_RISK', message: 'Risk declined the payment.', field: null },
    },
    errors: [{ code: 'DECLINED_BY_RISK' }],
  })
})

it('takes the same key in another spelling of the amount for the same payment, and another amount for a mistake', async () => {
  const purse = await graph.purseWith(5_000n)
  const ask = async (amount: string) =>
    (await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', { amount: { amount, currency: 'EUR' } }))).data
      .createPayment
  const first = await ask('12.5')
  expect(await ask('12.50')).toEqual(first)
  expect(await ask('12.51')).toEqual({
    payment: null,
    errors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
  })
})

it.each<[string, Record<string, unknown>, string, string[]]>([
  ['an empty key', { idempotencyKey: '' }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a key of 129 characters', { idempotencyKey: 'k'.repeat(129) }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a key with a zero byte', { idempotencyKey: 'k\0' }, 'INVALID_VALUE', ['idempotencyKey']],
  [
    'a key of 129 characters outside the BMP',
    { idempotencyKey: '🚀'.repeat(129) },
    'INVALID_VALUE',
    ['idempotencyKey'],
  ],
  ['a key with a character that nobody sees', { idempotencyKey: 'k\u200b' }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a key that is a card number', { idempotencyKey: '4111111111111111' }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a key that changes direction', { idempotencyKey: 'k\u202e' }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a key with half a character', { idempotencyKey: 'k\ud83d' }, 'INVALID_VALUE', ['idempotencyKey']],
  ['a wallet that is no id', { sourceAccountId: 'wallet' }, 'INVALID_ID', ['sourceAccountId']],
  ['a wallet id of another kind', { sourceAccountId: newId('acc') }, 'INVALID_ID', ['sourceAccountId']],
  ['a billing account of another kind', { billingAccountId: newId('led') }, 'INVALID_ID', ['billingAccountId']],
  ['an amount of zero', { amount: { amount: '0.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
  ['a negative amount', { amount: { amount: '-1.00', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
  ['a third digit', { amount: { amount: '1.005', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
  ['an exponent', { amount: { amount: '1e3', currency: 'EUR' } }, 'INVALID_MONEY', ['amount', 'amount']],
  ['cents of yen', { amount: { amount: '1.5', currency: 'JPY' } }, 'INVALID_MONEY', ['amount', 'amount']],
  ['a made-up currency', { amount: { amount: '1.00', currency: 'EUX' } }, 'UNKNOWN_CURRENCY', ['amount', 'currency']],
  ['kuna', { amount: { amount: '1.00', currency: 'HRK' } }, 'UNKNOWN_CURRENCY', ['amount', 'currency']],
  ['an unknown wallet', { sourceAccountId: newId('led') }, 'LEDGER_ACCOUNT_NOT_FOUND', ['sourceAccountId']],
  ['an unknown account', { billingAccountId: newId('acc') }, 'BILLING_ACCOUNT_NOT_FOUND', ['billingAccountId']],
  ['dollars', { amount: { amount: '1.00', currency: 'USD' } }, 'CURRENCY_MISMATCH', ['amount', 'currency']],
  ['too much', { amount: { amount: '50.01', currency: 'EUR' } }, 'INSUFFICIENT_FUNDS', ['amount']],
])('refuses %s by name and leaves no payment behind', async (_, change, code, field) => {
  const purse = await graph.purseWith(5_000n)
  const calls = graph.risk.calls.length
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', change))
  expect(data?.createPayment).toEqual({ payment: null, errors: [{ code, field }] })
  const list = await graph.ask(ownerOf(purse), '{ payments { nodes { id } } }')
  expect(list.data.payments.nodes).toEqual([])
  expect(graph.risk.calls.length).toBe(calls)
})

it('names every fault of an input at once', async () => {
  const purse = await graph.purseWith(0n)
  const change = { idempotencyKey: '', sourceAccountId: 'x', amount: { amount: '0', currency: 'EUR' } }
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k', change))
  expect(data.createPayment.errors.map(({ code }: { code: string }) => code)).toEqual([
    'INVALID_VALUE',
    'INVALID_ID',
    'INVALID_MONEY',
  ])
})

it.each([
  ['128 letters', 'k'.repeat(128)],
  ['128 characters outside the BMP', '🚀'.repeat(128)],
  ['one character', 'k'],
])('takes a key of %s', async (_, idempotencyKey) => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, idempotencyKey))
  expect(data.createPayment).toMatchObject({ payment: { status: 'COMPLETED' }, errors: [] })
})

it('a key belongs to the token: two callers of one tenant use the same text without meeting', async () => {
  const purse = await graph.purseWith(5_000n)
  const ask = async (caller: Parameters<PaymentsGraph['ask']>[0]) =>
    (await graph.ask(caller, CREATE, inputOf(purse, 'shared'))).data.createPayment
  const answers = [await ask(ownerOf(purse)), await ask(operator), await ask({ service: 'billing' })]
  expect(answers.map(({ payment }) => payment.status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
  expect(new Set(answers.map(({ payment }) => payment.id)).size).toBe(3)
  expect(answers.map(({ payment }) => payment.payer.id)).toEqual([purse.userId, purse.userId, purse.userId])
  expect(answers[2].payment.history[0].actor).toBe('svc:billing')
  expect(await ask({ service: 'billing' })).toEqual(answers[2])
})

it('one correlation id goes from the request to risk and into every event', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask(ownerOf(purse), CREATE, inputOf(purse, 'k'))
  const asked = graph.risk.calls.at(-1)?.headers['x-correlation-id']
  const rows = await graph.database.system.execute<{ correlation_id: string }>(
    sql`select correlation_id from journal where aggregate_id = ${data.createPayment.payment.id}`,
  )
  expect(asked).toMatch(/^[\w-]{8,}$/)
  expect(rows.map(({ correlation_id }) => correlation_id)).toEqual([asked, asked, asked])
})

it('a currency counts by the day of the call: kuna could be paid until 2022', async () => {
  const purse = await graph.purseWith(5_000n)
  graph.clock.set(new Date('2022-12-31T12:00:00.000Z'))
  const kuna = inputOf(purse, 'k', { amount: { amount: '1.00', currency: 'HRK' } })
  const { data } = await graph.ask(ownerOf(purse), CREATE, kuna)
  expect(data.createPayment.errors).toEqual([{ code: 'CURRENCY_MISMATCH', field: ['amount', 'currency'] }])
})

it("does not take from another's wallet, and does not say that there is one", async () => {
  const purse = await graph.purseWith(5_000n)
  const stranger = { customer: newId('usr') }
  const { data } = await graph.ask(stranger, CREATE, inputOf(purse, 'k'))
  expect(data.createPayment.errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
})

it('does not take from a wallet of another tenant, whoever asks there', async () => {
  const purse = await graph.purseWith(5_000n)
  const { data } = await graph.ask({ operator: true, tenant: 'rival' }, CREATE, inputOf(purse, 'k'))
  expect(data.createPayment.errors).toEqual([{ code: 'LEDGER_ACCOUNT_NOT_FOUND', field: ['sourceAccountId'] }])
})

it.each([
  ['without a token', null, 'UNAUTHENTICATED'],
  ['without the scope', { customer: demoUser('ada'), scopes: 'payments:read' }, 'FORBIDDEN'],
])('is refused %s', async (_, caller, code) => {
  const { errors } = await graph.ask(caller, CREATE, inputOf(await graph.purseWith(0n), 'k'))
  expect(errors).toMatchObject([{ extensions: { code } }])
})
