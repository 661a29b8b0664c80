import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Payment } from '../domain/payment.ts'
import { type FlowStage, requestOf, setFlowStage } from '../testing/flow-stage.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import type { Command } from './commands.ts'
import type { PaymentFlow } from './payment-flow.ts'
import type { TakenOn } from './take-on.ts'

let stage: FlowStage
let flow: PaymentFlow
beforeAll(async () => {
  stage = await setFlowStage()
  flow = stage.flow().whole
})
afterAll(() => stage[Symbol.asyncDispose]())

const eur = (minor: bigint) => ({ minor, currency: 'EUR' }) as const

const refundOf = (taken: TakenOn): Payment => {
  if (!taken.ok) throw new Error(`refused: ${taken.code}`)
  return taken.value
}

/** A transfer of 10.00 EUR that went through. */
async function transferred(purse: Purse, other: Purse): Promise<Payment> {
  const request = requestOf(purse, 'k')
  const destination = { type: 'TRANSFER', destinationAccountId: other.walletId } as const
  return refundOf(await flow.create(stage.books, { ...request, order: { ...request.order, destination } }))
}

const refund = ({ id }: Payment, key: string, minor?: bigint) =>
  flow.refund(stage.books, {
    key: { requestedBy: 'usr_operator', idempotencyKey: `${id} ${key}` },
    order: { paymentId: id, amount: minor === undefined ? undefined : eur(minor) },
    correlationId: 'correlation-2',
  })

const by = ({ id }: Pick<Payment, 'id'>): Command => ({
  paymentId: id,
  requester: { userId: undefined, actsForOthers: true },
  actor: 'usr_operator',
  correlationId: 'correlation-2',
})

const now = (payment: Payment) => flow.resume(stage.books, payment.id)

test('a refund is a payment of its own that gives back to where its original came from', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  const given = refundOf(await refund(original, 'part', 300n))
  expect(given).toMatchObject({
    type: 'REFUND',
    status: 'COMPLETED',
    originalId: original.id,
    payerId: purse.userId,
    sourceAccountId: other.walletId,
    destinationAccountId: purse.walletId,
    decision: { source: 'REQUEST', explanation: { rule: 'payments.refund.requested' } },
  })
  expect(await now(original)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 300n, version: 4 })
  expect([await stage.balanceOf(purse.walletId), await stage.balanceOf(other.walletId)]).toEqual([4_300n, 700n])
  expect(refundOf(await refund(original, 'rest'))).toMatchObject({ amount: eur(700n) })
  expect(await now(original)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n, version: 5 })
  expect(await refund(original, 'too late')).toMatchObject({ ok: false, code: 'ALREADY_REFUNDED' })
  await expectSoundPayments(stage.database)
})

test('what becomes of a payment later does not change the moment at which its money moved', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  const clock = () => new Date(stage.now.getTime() + 60_000)
  const later = stage.flow({ clock }).whole
  await later.dispute(stage.books, by(original), 'not received')
  await later.resolveDispute(stage.books, by(original), 'WON')
  const key = { requestedBy: 'usr_operator', idempotencyKey: `${original.id} later` }
  const order = { paymentId: original.id, amount: eur(1n) }
  const given = refundOf(await later.refund(stage.books, { key, order, correlationId: 'correlation-2' }))
  expect(given.completedAt).toEqual(clock())
  expect(await now(original)).toMatchObject({ status: 'PARTIALLY_REFUNDED', completedAt: stage.now })
})

test('the same refund again, and at once, is the same refund; another amount under its key is refused', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  const answers = await Promise.all(Array.from({ length: 8 }, () => refund(original, 'k', 300n)))
  expect(new Set(answers.map((each) => refundOf(each).id)).size).toBe(1)
  expect(await refund(original, 'k', 301n)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  expect(await now(original)).toMatchObject({ refundedMinor: 300n })
})

test('payments and refunds of one caller share their keys: under the key of the other each is refused', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  const request = requestOf(purse, `${original.id} k`)
  const key = { ...request.key, requestedBy: 'usr_operator' }
  const order = { paymentId: original.id, amount: undefined }
  const taken = { code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }
  refundOf(await flow.create(stage.books, { ...request, key }))
  expect(await flow.refund(stage.books, { key, order, correlationId: 'correlation-2' })).toMatchObject(taken)
  const another = { ...key, idempotencyKey: `${original.id} r` }
  refundOf(await flow.refund(stage.books, { key: another, order, correlationId: 'correlation-2' }))
  expect(await flow.create(stage.books, { ...request, key: another })).toMatchObject(taken)
})

test('a refund that its destination cannot pay fails, and its part can be given back later', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  await stage.emptyWallet(other)
  const failed = refundOf(await refund(original, 'first'))
  expect(failed).toMatchObject({ status: 'FAILED', failure: { code: 'INSUFFICIENT_FUNDS' } })
  expect(await now(original)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 0n, version: 3 })
  await stage.topUpWallet(other, 1_000n)
  expect(refundOf(await refund(original, 'second'))).toMatchObject({ status: 'COMPLETED' })
  await expectSoundPayments(stage.database)
})

test('no refund of what is not there, has not moved, or is a refund', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  expect(await refund({ ...original, id: newId('pay') }, 'k')).toMatchObject({ code: 'PAYMENT_NOT_FOUND' })
  const given = refundOf(await refund(original, 'k', 1n))
  expect(await refund(given, 'k')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  const request = requestOf(purse, 'waits')
  const order = { ...request.order, confirm: false }
  const waits = refundOf(await flow.create(stage.books, { ...request, order }))
  expect(await refund(waits, 'k')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
})

test('a dispute that is won leaves the payment as it was, and may be opened again', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  await refund(original, 'part', 300n)
  const disputed = await flow.dispute(stage.books, by(original), 'not as described')
  expect(disputed).toMatchObject({ value: { status: 'DISPUTED', dispute: { reason: 'not as described' } } })
  expect(await refund(original, 'more', 1n)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  const won = await flow.resolveDispute(stage.books, by(original), 'WON')
  expect(won).toMatchObject({
    value: { payment: { status: 'PARTIALLY_REFUNDED', dispute: { outcome: 'WON' } }, failure: null },
  })
  expect(await flow.resolveDispute(stage.books, by(original), 'WON')).toEqual(won)
  expect(await flow.resolveDispute(stage.books, by(original), 'LOST')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
  expect(await flow.dispute(stage.books, by(original), 'once more')).toMatchObject({
    value: { status: 'DISPUTED', dispute: { reason: 'once more', outcome: null } },
  })
  await expectSoundPayments(stage.database)
})

test('a dispute that is lost gives back what is left, once', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  await refund(original, 'part', 300n)
  await flow.dispute(stage.books, by(original), 'never arrived')
  const answers = await Promise.all([1, 2, 3].map(() => flow.resolveDispute(stage.books, by(original), 'LOST')))
  for (const answer of answers)
    expect(answer).toMatchObject({ value: { payment: { status: 'REFUNDED', dispute: { outcome: 'LOST' } } } })
  expect([await stage.balanceOf(purse.walletId), await stage.balanceOf(other.walletId)]).toEqual([5_000n, 0n])
  await expectSoundPayments(stage.database)
})

test.each(['WON', 'LOST'] as const)(
  'no dispute that is %s is ended of a payment that is not there',
  async (outcome) => {
    expect(await flow.resolveDispute(stage.books, by({ id: newId('pay') }), outcome)).toMatchObject({
      ok: false,
      code: 'PAYMENT_NOT_FOUND',
    })
  },
)

test('a lost dispute that its destination cannot pay stays open, says so, and can be ended later', async () => {
  const [purse, other] = [await stage.purseWith(5_000n), await stage.purseWith(0n)]
  const original = await transferred(purse, other)
  await flow.dispute(stage.books, by(original), 'never arrived')
  await stage.emptyWallet(other)
  expect(await flow.resolveDispute(stage.books, by(original), 'LOST')).toMatchObject({
    value: { payment: { status: 'DISPUTED' }, failure: { code: 'INSUFFICIENT_FUNDS' } },
  })
  await stage.topUpWallet(other, 1_000n)
  expect(await flow.resolveDispute(stage.books, by(original), 'LOST')).toMatchObject({
    value: { payment: { status: 'REFUNDED' }, failure: null },
  })
  await expectSoundPayments(stage.database)
})
