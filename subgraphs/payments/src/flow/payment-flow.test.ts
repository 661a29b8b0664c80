import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findAdmissionFacts } from '../db/admission-facts.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { givenPurse, type Purse } from '../testing/payments-database.ts'
import { decides, EXPLANATION, refuses } from '../testing/risk-server.ts'
import { COMPLETED_EVENTS, effectsOf, expectSoundLedger } from '../testing/sound-ledger.ts'
import type { PaymentRequest, TakenOn } from './take-on.ts'

let stage: FlowStage
beforeAll(async () => {
  stage = await setFlowStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => stage.risk.behave(decides('APPROVE')))

const paymentOf = (taken: TakenOn) => {
  if (!taken.ok) throw new Error(`refused: ${taken.code}`)
  return taken.value
}

test('an approved payment takes the amount from the wallet, and others learn of it', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = paymentOf(await stage.flow().create('demo', requestOf(purse, 'k', 1_250n)))
  expect(payment).toMatchObject({
    status: 'COMPLETED',
    version: 3,
    payerId: purse.userId,
    amount: { minor: 1_250n, currency: 'EUR' },
    decision: { source: 'RISK', explanation: EXPLANATION },
    failure: null,
    completedAt: stage.now,
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(3_750n)
  expect(await effectsOf(stage.database, payment.id)).toEqual({
    transfers: 1,
    events: COMPLETED_EVENTS,
  })
  await expectSoundLedger(stage.database)
})

test('risk is asked about the payment as it was taken on', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = paymentOf(await stage.flow().create('demo', requestOf(purse, 'k', 1_250n)))
  const call = stage.risk.calls.at(-1)
  expect(call?.input).toEqual({
    paymentId: payment.id,
    payerId: purse.userId,
    amount: { amount: '12.50', currency: 'EUR' },
    createdAt: stage.now.toISOString(),
    answerWithinMs: expect.any(Number),
  })
  expect(call?.headers['x-correlation-id']).toBe('correlation-1')
})

test.each([
  ['DECLINE', 'FAILED', 'payment.failed', 'DECLINED_BY_RISK'],
  ['REVIEW', 'REVIEW', 'payment.held_for_review', undefined],
] as const)('%s moves no money and leaves the payment %s', async (decision, status, event, failure) => {
  stage.risk.behave(decides(decision))
  const purse = await stage.purseWith(5_000n)
  const payment = paymentOf(await stage.flow().create('demo', requestOf(purse, 'k')))
  expect(payment.status).toBe(status)
  expect(payment.failure?.code).toBe(failure)
  expect(payment.completedAt).toBeNull()
  expect(await stage.balanceOf(purse.walletId)).toBe(5_000n)
  expect(await effectsOf(stage.database, payment.id)).toEqual({ transfers: 0, events: ['payment.created', event] })
})

test.each([
  ['within the limit, goes through', 5_000n, 'COMPLETED', 'payments.fallback.small_amount'],
  ['above the limit, waits for review', 5_001n, 'REVIEW', 'payments.fallback.review'],
] as const)('without an answer in time, a payment %s', async (_, minor, status, rule) => {
  stage.risk.behave(() => undefined)
  const purse = await stage.purseWith(10_000n)
  const flow = stage.flow({ deadline_ms: 30 })
  const payment = paymentOf(await flow.create('demo', requestOf(purse, 'k', minor)))
  expect(payment).toMatchObject({ status, decision: { source: 'FALLBACK', explanation: { rule } } })
})

test('a payer whom risk does not know waits for review, however small the amount', async () => {
  stage.risk.behave(refuses('USER_NOT_FOUND'))
  const purse = await stage.purseWith(10_000n)
  expect(paymentOf(await stage.flow().create('demo', requestOf(purse, 'k', 1n))).status).toBe('REVIEW')
})

test('what risk says of a payment a second time does not take it out of review', async () => {
  const purse = await stage.purseWith(5_000n)
  const request = requestOf(purse, 'k')
  stage.risk.behave(async (response, call) => {
    // While the first call waits for risk, the same is asked again, and the payment is held.
    stage.risk.behave(decides('REVIEW'))
    await stage.flow().create('demo', request)
    await decides('APPROVE')(response, call)
  })
  expect(paymentOf(await stage.flow().create('demo', request))).toMatchObject({ status: 'REVIEW', version: 2 })
  expect(await stage.balanceOf(purse.walletId)).toBe(5_000n)
})

test('funds that were spent while risk was asked fail the payment with INSUFFICIENT_FUNDS', async () => {
  const purse = await stage.purseWith(1_000n)
  stage.risk.behave(async (response, call) => {
    stage.risk.behave(decides('APPROVE'))
    await stage.flow().create('demo', requestOf(purse, 'faster'))
    await decides('APPROVE')(response, call)
  })
  const payment = paymentOf(await stage.flow().create('demo', requestOf(purse, 'slower')))
  expect(payment).toMatchObject({
    status: 'FAILED',
    failure: { code: 'INSUFFICIENT_FUNDS' },
    decision: { source: 'RISK' },
  })
  expect(await stage.balanceOf(purse.walletId)).toBe(0n)
  await expectSoundLedger(stage.database)
})

test.each(['FROZEN', 'CLOSED'] as const)(
  'a wallet that became %s while risk was asked fails the payment',
  async (status) => {
    const purse = await stage.purseWith(1_000n)
    stage.risk.behave(async (response, call) => {
      if (status === 'CLOSED') await stage.emptyWallet(purse)
      await inTransaction(stage.books.db, (tx) => setAccountStatus(tx, purse.walletId, status))
      await decides('APPROVE')(response, call)
    })
    const request = requestOf(purse, 'k', 1_000n)
    const payment = paymentOf(await stage.flow().create('demo', request))
    expect(payment).toMatchObject({ status: 'FAILED', failure: { code: `ACCOUNT_${status}` }, completedAt: null })
    expect(
      await stage.flow().create('demo', { ...request, key: { ...request.key, idempotencyKey: 'l' } }),
    ).toMatchObject({
      ok: false,
      code: `ACCOUNT_${status}`,
      field: ['sourceAccountId'],
    })
  },
)

test('what is held of a wallet, or must stay on it, cannot be paid with', async () => {
  const purse = await stage.purseWith(1_000n)
  const wallet = toUuid(purse.walletId)
  await stage.database.sql.forTenant('demo')`update ledger_account set floor_minor = 400 where id = ${wallet}`
  expect(await stage.flow().create('demo', requestOf(purse, 'k', 601n))).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  await stage.hold(purse, 100n)
  expect(await stage.flow().create('demo', requestOf(purse, 'l', 501n))).toMatchObject({ code: 'INSUFFICIENT_FUNDS' })
  expect(paymentOf(await stage.flow().create('demo', requestOf(purse, 'm', 500n))).status).toBe('COMPLETED')
  await expectSoundLedger(stage.database)
})

test('an operator pays from a customer’s wallet, and the history says who', async () => {
  const purse = await stage.purseWith(1_000n)
  const request = requestOf(purse, 'k')
  const payment = paymentOf(
    await stage.flow().create('demo', {
      ...request,
      key: { requestedBy: 'usr_operator', idempotencyKey: 'k' },
      requester: { userId: undefined, actsForOthers: true },
    }),
  )
  const history = await stage.database.sql.system`
    select version, status, actor from payment_transition where payment_id = ${toUuid(payment.id)} order by version`
  expect(payment.payerId).toBe(purse.userId)
  expect([...history]).toEqual([
    { version: 1, status: 'RISK_PENDING', actor: 'usr_operator' },
    { version: 2, status: 'AUTHORISED', actor: 'svc:payments' },
    { version: 3, status: 'COMPLETED', actor: 'svc:payments' },
  ])
})

const order = (purse: Purse, change: Partial<PaymentRequest['order']>): PaymentRequest => {
  const request = requestOf(purse, 'k')
  return { ...request, order: { ...request.order, ...change } }
}

test.each<[string, (purse: Purse, other: Purse) => PaymentRequest, string]>([
  ['LEDGER_ACCOUNT_NOT_FOUND', (purse) => order(purse, { sourceAccountId: newId('led') }), 'sourceAccountId'],
  ['LEDGER_ACCOUNT_NOT_FOUND', (purse, other) => order(purse, { sourceAccountId: other.walletId }), 'sourceAccountId'],
  [
    'BILLING_ACCOUNT_NOT_FOUND',
    (purse) => order(purse, { destination: { type: 'TOP_UP', billingAccountId: newId('acc') } }),
    'billingAccountId',
  ],
  ['CURRENCY_MISMATCH', (purse) => order(purse, { amount: { minor: 1n, currency: 'USD' } }), 'amount'],
  ['INSUFFICIENT_FUNDS', (purse) => order(purse, { amount: { minor: 1_001n, currency: 'EUR' } }), 'amount'],
])('refuses with %s before a payment exists', async (code, request, field) => {
  const purse = await stage.purseWith(1_000n)
  const refused = await stage.flow().create('demo', request(purse, await stage.purseWith(1_000n)))
  expect(refused).toMatchObject({ ok: false, code })
  expect(refused.ok ? [] : refused.field?.[0]).toBe(field)
  const payments = await stage.database.sql.system`
    select from payment where source_account_id = ${toUuid(purse.walletId)}`
  expect(payments.length).toBe(0)
})

test('the money goes to the clearing account in the currency of the wallet', async () => {
  const now = stage.now
  for (const currency of ['USD', 'GBP', 'EUR'] as const) {
    const purse = await givenPurse(stage.database, { tenant: 'demo', minor: 1_000n, currency, now })
    const paid = paymentOf(await stage.flow().create('demo', order(purse, { amount: { minor: 100n, currency } })))
    const [destination] = await stage.database.sql.system`
      select a.purpose, a.currency, a.owner_id from ledger_transfer t
      join ledger_account a on a.number = t.credit_number
      where t.reference = ${paid.id}`
    expect(destination).toEqual({ purpose: 'BILLING_CLEARING', currency, owner_id: null })
  }
})

test('and never to the one that money comes from, however the server finds them', async () => {
  const purse = await givenPurse(stage.database, { tenant: 'demo', minor: 0n, currency: 'CAD', now: stage.now })
  const facts = await inTransaction(stage.database.forTenant('demo'), async (tx) => {
    // A scan of the table meets FUNDING first.
    await tx.execute(sql`set local enable_indexscan = off; set local enable_bitmapscan = off`)
    return findAdmissionFacts(
      tx,
      purse.walletId,
      { type: 'TOP_UP', billingAccountId: purse.billingAccountId },
      stage.now,
    )
  })
  const [account] = await stage.database.sql.system`
    select purpose from ledger_account where id = ${toUuid(facts.operatorAccountId ?? purse.walletId)}`
  expect(account).toEqual({ purpose: 'BILLING_CLEARING' })
})

test('the accounts of another tenant do not exist', async () => {
  const now = stage.now
  const purse = await stage.purseWith(1_000n)
  const theirs = await givenPurse(stage.database, { tenant: 'rival', minor: 1_000n, now })
  const asOperator = { userId: undefined, actsForOthers: true }
  const wallet = { ...order(purse, { sourceAccountId: theirs.walletId }), requester: asOperator }
  expect(await stage.flow().create('demo', wallet)).toMatchObject({ code: 'LEDGER_ACCOUNT_NOT_FOUND' })
  const account = {
    ...order(purse, { destination: { type: 'TOP_UP', billingAccountId: theirs.billingAccountId } }),
    requester: asOperator,
  }
  expect(
    await stage.flow().create('demo', { ...account, key: { ...account.key, idempotencyKey: 'other' } }),
  ).toMatchObject({ code: 'BILLING_ACCOUNT_NOT_FOUND' })
})
