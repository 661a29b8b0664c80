import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { setAccountStatus } from '@carriergraph/shared/ledger/accounts.ts'
import { expirePending } from '@carriergraph/shared/ledger/expire-pending.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { findPayment } from '../db/payments.ts'
import type { Payment } from '../domain/payment.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { type Purse, silent } from '../testing/payments-database.ts'
import { decides } from '../testing/risk-server.ts'
import type { Command, Commanded } from './commands.ts'
import type { PaymentFlow, PostingLedgers } from './payment-flow.ts'
import { createSweeper } from './sweeper.ts'
import type { PaymentRequest, TakenOn } from './take-on.ts'

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

const manual = (purse: Purse, key: string, minor = 1_000n): PaymentRequest => {
  const request = requestOf(purse, key, minor)
  return { ...request, order: { ...request.order, capture: 'MANUAL' } }
}

const paymentOf = (taken: TakenOn | Commanded): Payment => {
  if (!taken.ok) throw new Error(`refused: ${taken.code}`)
  return taken.value
}

const authorised = async (purse: Purse, key = 'k') => paymentOf(await flow.create(stage.books, manual(purse, key)))

const by = ({ id }: Payment): Command => ({
  paymentId: id,
  requester: { userId: undefined, actsForOthers: true },
  actor: 'usr_operator',
  correlationId: 'c',
})

async function standing({ walletId }: Purse) {
  const [row] = await stage.database.sql.system`
    select balance_minor as balance, held_minor as held from ledger_account where id = ${toUuid(walletId)}`
  return row
}

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
  const captured = paymentOf(await flow.capture(stage.books, by(payment), amount))
  expect(captured).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED', version: 4, completedAt: stage.now })
  expect(await standing(purse)).toEqual({ balance, held: 0n })
  expect(await flow.capture(stage.books, by(payment), amount)).toEqual({ ok: true, value: captured })
  expect(await flow.capture(stage.books, by(payment), eur(1n))).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  expect(await standing(purse)).toEqual({ balance, held: 0n })
})

test('a captured part is what others are told of', async () => {
  const purse = await stage.purseWith(5_000n)
  const payment = await authorised(purse)
  await flow.capture(stage.books, by(payment), eur(250n))
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
  const cancelled = paymentOf(await flow.cancel(stage.books, by(payment)))
  expect(cancelled).toMatchObject({ status: 'CANCELLED', hold: 'RELEASED' })
  expect(await standing(purse)).toEqual({ balance: 5_000n, held: 0n })
  expect(await flow.cancel(stage.books, by(payment))).toEqual({ ok: true, value: cancelled })
  expect(await flow.capture(stage.books, by(payment), undefined)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
})

test('of captures and cancellations at once, one decides and nothing stays held', async () => {
  for (let round = 0; round < 10; round += 1) {
    const purse = await stage.purseWith(1_000n)
    const payment = await authorised(purse)
    const answers = await Promise.all([
      flow.capture(stage.books, by(payment), eur(400n)),
      flow.cancel(stage.books, by(payment)),
      flow.capture(stage.books, by(payment), eur(600n)),
      flow.cancel(stage.books, by(payment)),
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
  const owner = (payment: Payment) => ({ ...by(payment), requester: { userId: purse.userId, actsForOthers: false } })
  const held = await authorised(purse)
  expect(await flow.cancel(stage.books, owner(held))).toMatchObject({ code: 'OPERATOR_REQUIRED' })
  stage.risk.behave(decides('REVIEW'))
  const waiting = paymentOf(await flow.create(stage.books, manual(purse, 'waits')))
  expect(paymentOf(await flow.cancel(stage.books, owner(waiting))).status).toBe('CANCELLED')
  const other = { ...by(waiting), requester: { userId: (await stage.purseWith(0n)).userId, actsForOthers: false } }
  expect(await flow.cancel(stage.books, other)).toMatchObject({ code: 'PAYMENT_NOT_FOUND' })
})

test('a payment that waits to be confirmed does nothing until it is', async () => {
  const purse = await stage.purseWith(5_000n)
  const request = manual(purse, 'k')
  const asked = stage.risk.calls.length
  const order = { ...request.order, confirm: false }
  const created = paymentOf(await flow.create(stage.books, { ...request, order }))
  expect(created).toMatchObject({ status: 'CREATED', version: 1 })
  expect(stage.risk.calls.length).toBe(asked)
  const confirmed = paymentOf(await flow.confirm(stage.books, by(created)))
  expect(confirmed).toMatchObject({ status: 'AUTHORISED', hold: 'PLACED', version: 3 })
  expect(await flow.confirm(stage.books, by(created))).toEqual({ ok: true, value: confirmed })
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
    expect(await flow.capture(stage.books, by(payment), amount)).toMatchObject({ code: 'AUTHORISATION_EXPIRED' })
  expect(await flow.resume(stage.books, payment.id)).toMatchObject({ status: 'FAILED', hold: 'RELEASED' })
  await expectSoundPayments(stage.database)
})

test('one that nobody got round to holding until its time was over fails with AUTHORISATION_EXPIRED', async () => {
  const purse = await stage.purseWith(5_000n)
  const dying = { of: () => ({ post: () => Promise.reject(new Error('died')) }) } as unknown as PostingLedgers
  const killed = stage.flow({ clock, ledgers: dying }).whole.create(stage.books, manual(purse, 'k'))
  await expect(killed).rejects.toThrow('died')
  clock.advance(7 * DAY_MS)
  const ended = await flow.create(stage.books, manual(purse, 'k'))
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

const setStatus = (walletId: Id<'led'>, status: 'ACTIVE' | 'FROZEN') =>
  inTransaction(stage.books.db, (tx) => setAccountStatus(tx, walletId, status))

test.each(['pays', 'is to be paid'] as const)(
  'while the wallet is frozen that %s, a payment is not captured, and what it holds stays held',
  async (whose) => {
    const [purse, other] = [await stage.purseWith(1_000n), await stage.purseWith(0n)]
    const request = manual(purse, 'k')
    const destination = { type: 'TRANSFER', destinationAccountId: other.walletId } as const
    const payment = paymentOf(await flow.create(stage.books, { ...request, order: { ...request.order, destination } }))
    const { walletId } = whose === 'pays' ? purse : other
    await setStatus(walletId, 'FROZEN')
    for (const amount of [undefined, eur(1n)])
      expect(await flow.capture(stage.books, by(payment), amount)).toMatchObject({ ok: false, code: 'ACCOUNT_FROZEN' })
    expect(await standing(purse)).toEqual({ balance: 1_000n, held: 1_000n })
    await setStatus(walletId, 'ACTIVE')
    const captured = paymentOf(await flow.capture(stage.books, by(payment), undefined))
    expect(captured).toMatchObject({ status: 'COMPLETED', hold: 'CAPTURED' })
    await setStatus(walletId, 'FROZEN')
    expect(await flow.capture(stage.books, by(payment), undefined)).toEqual({ ok: true, value: captured })
    await expectSoundPayments(stage.database)
  },
)

test('a wallet that is frozen before the ledger is asked fails the payment, and what was held is free', async () => {
  const purse = await stage.purseWith(1_000n)
  const payment = await authorised(purse)
  const freezing: PostingLedgers = {
    of: (books) => ({
      async post(order) {
        await setStatus(purse.walletId, 'FROZEN')
        return ledgers.of(books).post(order)
      },
    }),
  }
  const { whole } = stage.flow({ clock, ledgers: freezing })
  expect(paymentOf(await whole.capture(stage.books, by(payment), undefined))).toMatchObject({
    status: 'FAILED',
    failure: { code: 'ACCOUNT_FROZEN' },
    hold: 'RELEASED',
  })
  expect(await standing(purse)).toEqual({ balance: 1_000n, held: 0n })
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
        ? await flow.capture(stage.books, by(payment), undefined)
        : await flow.cancel(stage.books, by(payment))
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
