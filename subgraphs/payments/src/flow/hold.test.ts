import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { expirePending } from '@carriergraph/shared/ledger/expire-pending.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findPayment } from '../db/payments.ts'
import type { Payment } from '../domain/payment.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { byOperator, manualOf, paymentOf, standingOf } from '../testing/holds.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { type Purse, silent } from '../testing/payments-database.ts'
import { decides } from '../testing/risk-server.ts'
import type { PaymentFlow, PostingLedgers } from './payment-flow.ts'
import { createSweeper } from './sweeper.ts'

const DAY_MS = 86_400_000

let stage: FlowStage
let clock: FixedClock
let flow: PaymentFlow
let ledgers: Ledgers
beforeAll(async () => {
  stage = await setFlowStage()
  clock = fixedClock(stage.now)
  ledgers = new Ledgers(clock)
  flow = stage.flow({ clock, ledgers }).whole
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(() => {
  clock.set(stage.now)
  stage.risk.behave(decides('APPROVE'))
})

const authorised = async (purse: Purse, key = 'k') => paymentOf(await flow.create(stage.books, manualOf(purse, key)))

const standing = (purse: Purse) => standingOf(stage.database, purse)
const eur = (minor: bigint) => ({ minor, currency: 'EUR' }) as const

test('a payment that is captured by hand holds its amount for seven days and moves nothing', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  expect(payment).toMatchObject({
    status: 'AUTHORISED',
    hold: 'PLACED',
    authorisedUntil: new Date(stage.now.getTime() + 7 * DAY_MS),
    completedAt: null,
  })
  expect(await standing(purse)).toEqual({ balance: 5_000n, held: 1_000n })
  await expectSoundPayments(stage.database)
})

test.each([
  ['all of it', undefined, 4_000n],
  ['part of it, and frees the rest', eur(250n), 4_750n],
] as const)('capturing moves %s', async (_, amount, balance) => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  const captured = paymentOf(await flow.capture(stage.books, byOperator(payment), amount))
  expect(captured).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED', version: 4, completedAt: stage.now })
  expect(await standing(purse)).toEqual({ balance, held: 0n })
  expect(await flow.capture(stage.books, byOperator(payment), amount)).toEqual({ ok: true, value: captured })
  expect(await flow.capture(stage.books, byOperator(payment), eur(1n))).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  expect(await standing(purse)).toEqual({ balance, held: 0n })
})

test('a captured part is what others are told of', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  await flow.capture(stage.books, byOperator(payment), eur(250n))
  const events = await stage.database.sql.system`
    select type, data -> 'amount' ->> 'amount' as amount, actor from journal
    where aggregate_id = ${payment.id} order by version`
  expect([...events]).toEqual([
    { type: 'payment.created', amount: '10.00', actor: purse.userId },
    { type: 'payment.authorised', amount: '10.00', actor: 'svc:payments' },
    { type: 'payment.processing', amount: '2.50', actor: 'usr_operator' },
    { type: 'payment.completed', amount: '2.50', actor: 'svc:payments' },
  ])
})

test('cancelling frees what is held, once', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  const cancelled = paymentOf(await flow.cancel(stage.books, byOperator(payment)))
  expect(cancelled).toMatchObject({ status: 'CANCELLED', hold: 'RELEASED' })
  expect(await standing(purse)).toEqual({ balance: 5_000n, held: 0n })
  expect(await flow.cancel(stage.books, byOperator(payment))).toEqual({ ok: true, value: cancelled })
  expect(await flow.capture(stage.books, byOperator(payment), undefined)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
})

test('of captures and cancellations at once, one decides and nothing stays held', async () => {
  for (let round = 0; round < 10; round += 1) {
    const purse = await stage.purseWith(1_000n)
    const payment = await authorised(purse)
    const answers = await Promise.all([
      flow.capture(stage.books, byOperator(payment), eur(400n)),
      flow.cancel(stage.books, byOperator(payment)),
      flow.capture(stage.books, byOperator(payment), eur(600n)),
      flow.cancel(stage.books, byOperator(payment)),
    ])
    const won = new Set(
      answers.flatMap((each) => (each.ok ? [`${each.value.status} ${each.value.capturedMinor}`] : [])),
    )
    expect(won.size).toBe(1)
    expect((await standing(purse))?.held).toBe(0n)
  }
  await expectSoundPayments(stage.database)
})

test('a payer ends a payment that is not authorised yet, and no other', async () => {
  const purse = await stage.purseWith(5_000n)
  const owner = (payment: Payment) => ({
    ...byOperator(payment),
    requester: { userId: purse.userId, actsForOthers: false },
  })
  const held = await authorised(purse)
  expect(await flow.cancel(stage.books, owner(held))).toMatchObject({ code: 'OPERATOR_REQUIRED' })
  stage.risk.behave(decides('REVIEW'))
  const waiting = paymentOf(await flow.create(stage.books, manualOf(purse, 'waits')))
  expect(paymentOf(await flow.cancel(stage.books, owner(waiting))).status).toBe('CANCELLED')
  const other = {
    ...byOperator(waiting),
    requester: { userId: (await stage.purseWith(0n)).userId, actsForOthers: false },
  }
  expect(await flow.cancel(stage.books, other)).toMatchObject({ code: 'PAYMENT_NOT_FOUND' })
})

test('a payment that waits to be confirmed does nothing until it is', async () => {
  const purse = await stage.purseWith(5_000n)
  const request = manualOf(purse, 'k')
  const asked = stage.risk.calls.length
  const order = { ...request.order, confirm: false }
  const created = paymentOf(await flow.create(stage.books, { ...request, order }))
  expect(created).toMatchObject({ status: 'CREATED', version: 1 })
  expect(stage.risk.calls.length).toBe(asked)
  const confirmed = paymentOf(await flow.confirm(stage.books, byOperator(created)))
  expect(confirmed).toMatchObject({ status: 'AUTHORISED', hold: 'PLACED', version: 3 })
  expect(await flow.confirm(stage.books, byOperator(created))).toEqual({ ok: true, value: confirmed })
})

test('what is not captured in time fails with AUTHORISATION_EXPIRED, and what was held is free', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  const sweep = () => createSweeper({ database: stage.database, flow, clock, log: silent }).runOnce()
  clock.advance(7 * DAY_MS - 1)
  await sweep()
  expect(await findPayment(stage.books.db, payment.id)).toMatchObject({ status: 'AUTHORISED', hold: 'PLACED' })
  clock.advance(1)
  await sweep()
  expect(await findPayment(stage.books.db, payment.id)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'AUTHORISATION_EXPIRED' },
    hold: 'RELEASED',
  })
  expect(await standing(purse)).toEqual({ balance: 5_000n, held: 0n })
})

test('a capture that comes too late is told that it does, also later, whoever has freed the hold by then', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  clock.advance(7 * DAY_MS)
  await expirePending(stage.books.db, ledgers.of(stage.books), clock())
  for (const amount of [undefined, eur(1n)])
    expect(await flow.capture(stage.books, byOperator(payment), amount)).toMatchObject({
      code: 'AUTHORISATION_EXPIRED',
    })
  expect(await flow.resume(stage.books, payment.id)).toMatchObject({ status: 'FAILED', hold: 'RELEASED' })
  await expectSoundPayments(stage.database)
})

test('one that nobody got round to holding until its time was over fails with AUTHORISATION_EXPIRED', async () => {
  const purse = await stage.purseWith(5_000n)
  const dying = { of: () => ({ post: () => Promise.reject(new Error('died')) }) } as unknown as PostingLedgers
  const killed = stage.flow({ clock, ledgers: dying }).whole.create(stage.books, manualOf(purse, 'k'))
  await expect(killed).rejects.toThrow('died')
  clock.advance(7 * DAY_MS)
  const ended = await flow.create(stage.books, manualOf(purse, 'k'))
  expect(paymentOf(ended)).toMatchObject({
    status: 'FAILED',
    failure: { code: 'AUTHORISATION_EXPIRED' },
    hold: 'REFUSED',
  })
  expect(await standing(purse)).toEqual({ balance: 5_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('funds that are not there fail the payment when it is to be held, and nothing is held', async () => {
  const purse = await stage.purseWith(1_000n)
  stage.risk.behave(async (response, call) => {
    stage.risk.behave(decides('APPROVE'))
    await authorised(purse, 'faster')
    await decides('APPROVE')(response, call)
  })
  expect(await authorised(purse, 'slower')).toMatchObject({
    status: 'FAILED',
    failure: { code: 'INSUFFICIENT_FUNDS' },
    hold: 'REFUSED',
  })
  expect(await standing(purse)).toEqual({ balance: 1_000n, held: 1_000n })
  await expectSoundPayments(stage.database)
})

test.each(['capture', 'cancel'] as const)(
  'a hold that an operator released in the ledger: %s ends the payment',
  async (name) => {
    const purse = await stage.purseWith(1_000n)
    const payment = await authorised(purse)
    const { id, transferId } = payment
    await ledgers.of(stage.books).post({
      kind: 'VOID_PENDING',
      id: newId('tfr'),
      pendingId: transferId,
      reference: `by hand ${id}`,
    })
    const ended =
      name === 'capture'
        ? await flow.capture(stage.books, byOperator(payment), undefined)
        : await flow.cancel(stage.books, byOperator(payment))
    expect(paymentOf(ended)).toMatchObject(
      name === 'capture'
        ? { status: 'FAILED', failure: { code: 'HOLD_RELEASED' }, hold: 'RELEASED' }
        : { status: 'CANCELLED', hold: 'RELEASED' },
    )
    expect(await standing(purse)).toEqual({ balance: 1_000n, held: 0n })
    await expectSoundPayments(stage.database)
  },
)

test('a transfer gives to the other wallet, and a fee to the operator', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const request = requestOf(purse, 't', 700n)
  const destination = { type: 'TRANSFER', destinationAccountId: other.walletId } as const
  const transfer = paymentOf(await flow.create(stage.books, { ...request, order: { ...request.order, destination } }))
  expect(transfer).toMatchObject({ type: 'TRANSFER', status: 'COMPLETED', billingAccountId: null })
  expect(await stage.balanceOf(other.walletId)).toBe(700n)
  const order = { ...request.order, destination: { type: 'FEE' } } as const
  const fee = paymentOf(await flow.create(stage.books, { ...requestOf(purse, 'f'), order }))
  const [income] = await stage.database.sql.system`
    select purpose from ledger_account where id = ${toUuid(fee.destinationAccountId)}`
  expect(income).toEqual({ purpose: 'FEE_INCOME' })
  expect(await stage.balanceOf(fee.destinationAccountId)).toBe(700n)
  expect(await stage.balanceOf(purse.walletId)).toBe(3_600n)
})
