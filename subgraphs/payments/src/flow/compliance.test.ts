// Payments between risk and the books: whom risk is told of, and what is held, or leaves, before it has answered.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RailDestination } from '../domain/destination.ts'
import { createRiskClient } from '../risk/client.ts'
import { STAGE_KEYS } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { silent } from '../testing/payments-database.ts'
import { orderOf, PAYER_ACCOUNT, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'
import { decides, EXPLANATION, json, type RiskBehaviour, refuses } from '../testing/risk-server.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const process = (deadline_ms = 10_000) => {
  const { risk, clock } = stage
  return stage.process({
    risk: createRiskClient({ url: risk.url, deadline_ms, keys: STAGE_KEYS, clock, log: silent }),
  })
}

const isSilent: RiskBehaviour = () => undefined
const isOverloaded: RiskBehaviour = (response) =>
  json(response, { data: { assessPayment: null }, errors: [{ message: 'Later.', extensions: { code: 'OVERLOADED' } }] })

test.each([
  ['DECLINE', 'FAILED'],
  ['REVIEW', 'REVIEW'],
] as const)(
  'a withdrawal on which risk says %s is %s, says why, and nothing of it is held or instructed',
  async (decision, status) => {
    stage.risk.behave(decides(decision))
    const purse = await stage.purseWith(5_000n)
    const payment = takenOnBy(await process().flow.create(stage.books, orderOf(purse, 'k', 1_000n)))
    expect(payment).toMatchObject({ status, hold: null, decision: { source: 'RISK', explanation: EXPLANATION } })
    expect(payment.failure?.code).toBe(status === 'FAILED' ? 'DECLINED_BY_RISK' : undefined)
    expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
    expect(await stage.instructionIfAny(payment)).toBeUndefined()
  },
)

test.each<[string, Partial<RailDestination>, unknown]>([
  [
    'a withdrawal',
    { counterparty: { ...PAYER_ACCOUNT, bic: 'COBADEFFXXX' } },
    { party: 'BENEFICIARY', name: 'Ada Lovelace', accountCountry: 'FR', bankCountry: 'DE' },
  ],
  [
    'a withdrawal without a BIC',
    { counterparty: { ...PAYER_ACCOUNT, bic: undefined } },
    { party: 'BENEFICIARY', name: 'Ada Lovelace', accountCountry: 'FR', bankCountry: null },
  ],
  [
    'a deposit',
    { type: 'DEPOSIT' },
    { party: 'SENDER', name: 'Ada Lovelace', accountCountry: 'FR', bankCountry: 'FR' },
  ],
])('%s tells risk who is at the bank, and where, and nothing of the account', async (_, destination, counterparty) => {
  stage.risk.behave(decides('APPROVE'))
  const purse = await stage.purseWith(5_000n)
  const { status } = takenOnBy(await process().flow.create(stage.books, orderOf(purse, 'k', 1_000n, destination)))
  expect(status).toBe('PROCESSING')
  const asked = stage.risk.calls.at(-1)
  expect(asked?.input.counterparty).toEqual(counterparty)
  expect(JSON.stringify(asked)).not.toContain(PAYER_ACCOUNT.iban)
})

test('a transfer tells risk whose the other wallet is, a top-up whose the billing account, and one of their own no more', async () => {
  stage.risk.behave(decides('APPROVE'))
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const { order, ...request } = orderOf(purse, 'k', 1_000n)
  for (const [key, destination, more] of [
    ['transfer', { type: 'TRANSFER', destinationAccountId: other.walletId }, { payeeId: other.userId }],
    ['top-up', { type: 'TOP_UP', billingAccountId: other.billingAccountId }, { payeeId: other.userId }],
    ['top-up of their own', { type: 'TOP_UP', billingAccountId: purse.billingAccountId }, {}],
    ['fee', { type: 'FEE' }, {}],
  ] as const) {
    const asked = { ...request, key: { ...request.key, idempotencyKey: key }, order: { ...order, destination } }
    const payment = takenOnBy(await process().flow.create(stage.books, asked))
    const [amount, createdAt] = [{ amount: '10.00', currency: 'EUR' }, payment.createdAt.toISOString()]
    expect(stage.risk.calls.at(-1)?.input).toEqual({
      paymentId: payment.id,
      payerId: purse.userId,
      amount,
      createdAt,
      answerWithinMs: 10_000,
      ...more,
    })
  }
})

test.each([
  ['silent', isSilent],
  ['overloaded', isOverloaded],
])('a withdrawal waits while risk is %s, however small, and goes on when risk answers', async (_, behaviour) => {
  stage.risk.behave(behaviour)
  const purse = await stage.purseWith(5_000n)
  const waiting = takenOnBy(await process(30).flow.create(stage.books, orderOf(purse, 'k', 1n)))
  expect(waiting).toMatchObject({ status: 'RISK_PENDING', decision: null })
  await stage.sweep(process(30))
  expect(await stage.payment(waiting.id)).toMatchObject({ status: 'RISK_PENDING', decision: null })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
  stage.risk.behave(decides('APPROVE'))
  await stage.sweep(process())
  expect(await stage.payment(waiting.id)).toMatchObject({ status: 'PROCESSING', execution: 'INSTRUCTED' })
})

test('whatever else risk is overloaded with waits for it as well, however small: no person decides on what nobody screened', async () => {
  stage.risk.behave(isOverloaded)
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const { order, ...request } = orderOf(purse, 'k', 1n)
  const waiting = []
  for (const destination of [
    { type: 'TRANSFER', destinationAccountId: other.walletId },
    { type: 'TOP_UP', billingAccountId: purse.billingAccountId },
    { type: 'FEE' },
    orderOf(purse, 'k', 1n, { type: 'DEPOSIT' }).order.destination,
  ] as const) {
    const asked = {
      ...request,
      key: { ...request.key, idempotencyKey: destination.type },
      order: { ...order, destination },
    }
    const payment = takenOnBy(await process().flow.create(stage.books, asked))
    expect(payment).toMatchObject({ status: 'RISK_PENDING', decision: null })
    waiting.push(payment)
  }
  await stage.sweep(process())
  for (const { id } of waiting) expect(await stage.payment(id)).toMatchObject({ status: 'RISK_PENDING' })
  stage.risk.behave(decides('APPROVE'))
  await stage.sweep(process())
  for (const { id } of waiting) expect(await stage.payment(id)).toMatchObject({ decision: { source: 'RISK' } })
  await expectSoundPayments(stage.database)
})

test('a withdrawal that waits for risk can be cancelled, and stays so when risk answers', async () => {
  stage.risk.behave(isSilent)
  const purse = await stage.purseWith(5_000n)
  const { id } = takenOnBy(await process(30).flow.create(stage.books, orderOf(purse, 'k', 1_000n)))
  const requester = { userId: purse.userId, actsForOthers: false }
  const command = { paymentId: id, requester, actor: purse.userId, correlationId: 'c' }
  expect(await process(30).flow.cancel(stage.books, command)).toMatchObject({ value: { status: 'CANCELLED' } })
  stage.risk.behave(decides('APPROVE'))
  await stage.sweep(process())
  expect(await stage.payment(id)).toMatchObject({ status: 'CANCELLED', decision: null })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
})

test('a withdrawal that risk cannot assess waits for a person', async () => {
  stage.risk.behave(refuses('PAYMENT_MISMATCH'))
  const purse = await stage.purseWith(5_000n)
  const payment = takenOnBy(await process().flow.create(stage.books, orderOf(purse, 'k', 1n)))
  expect(payment).toMatchObject({ status: 'REVIEW', decision: { source: 'FALLBACK' } })
  await expectSoundPayments(stage.database)
})
