// What rails tell at the worst moment, and what one that is at fault may not do to the others.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { takeNotices } from '../rails/drive.ts'
import type { News } from '../rails/notice.ts'
import { instruction } from '../rails/rails.fixture.ts'
import { FAULTS } from '../rails/sandbox/fault.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, type Process, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

let stage: RailsStage
beforeAll(async () => {
  stage = await setRailsStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function tell({ rails }: Process, payment: Payment, key: string, news: News) {
  const { instruction } = await stage.instructionOf(payment)
  await inTransaction(stage.books.db, async (tx) => {
    for (const change of await takeNotices(tx, [{ instructionId: instruction.id, key, ...news }], stage.clock()))
      await rails.news.tell(tx, change, stage.books)
  })
}

const settled = { kind: 'STATUS', status: 'ACSC', reason: undefined } as const
const rejected = { kind: 'STATUS', status: 'RJCT', reason: { code: 'AC04', text: undefined } } as const
const returned = (minor: bigint) =>
  ({ kind: 'RETURN', amount: money(minor, 'EUR'), reason: { code: 'MD06', text: undefined } }) as const

const refund = (payment: Payment, key: string, minor: bigint) => ({
  key: { requestedBy: 'usr_operator', idempotencyKey: key },
  order: { paymentId: payment.id, amount: { minor, currency: 'EUR' } as const },
  correlationId: 'c',
})

test('a chargeback that comes while a refund is on its way takes it back, and is followed in the books', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const { flow, turn } = process
  const deposit = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k', 1_000n, { type: 'DEPOSIT' })))
  await tell(process, deposit, 's', settled)
  await turn()
  const back = takenOnBy(await flow.refund(stage.books, refund(deposit, 'r', 1_000n)))
  expect(back).toMatchObject({ status: 'PROCESSING' })
  await tell(process, deposit, 'r', returned(1_000n))
  await turn()
  expect(await stage.payment(back.id)).toMatchObject({ status: 'CANCELLED', hold: 'RELEASED' })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a chargeback that comes too late to take a refund back is followed in the books, once that has failed', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const { flow, turn } = process
  const deposit = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k1', 1_000n, { type: 'DEPOSIT' })))
  await tell(process, deposit, 's', settled)
  await turn()
  const back = await refundBeyondRecall(process, deposit, 'r1', 1_000n)
  await tell(process, deposit, 'r', returned(1_000n))
  await tell(process, back, 'x', rejected)
  await turn()
  await stage.sweep(process)
  await stage.sweep(process)
  expect(await stage.payment(back.id)).toMatchObject({ status: 'FAILED' })
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

/** A refund that its rail has, that long that it does not give it back. */
async function refundBeyondRecall({ flow, rails }: Process, payment: Payment, key: string, minor: bigint) {
  const back = takenOnBy(await flow.refund(stage.books, refund(payment, key, minor)))
  await (await rails.driver(stage.books, 'sandbox')).send((await stage.instructionOf(back)).instruction.id)
  stage.clock.advance(1_500)
  return back
}

test('a chargeback behind a refund that arrives is not followed twice, and what is too much is named', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const { flow, turn } = process
  const deposit = takenOnBy(await flow.create(stage.books, orderOf(purse, 'k2', 1_000n, { type: 'DEPOSIT' })))
  await tell(process, deposit, 's', settled)
  await turn()
  const back = await refundBeyondRecall(process, deposit, 'r2', 700n)
  await tell(process, deposit, 'r', returned(1_000n))
  await tell(process, back, 's', settled)
  await turn()
  await stage.sweep(process)
  expect(await stage.payment(deposit.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await findUnapplied(stage.books.db, [deposit.id])).toMatchObject([
    { amount: { minor: 700n }, direction: 'OUT', place: 'RECONCILIATION', reason: 'EXCEEDS_REST' },
  ])
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

const register = (process: Process, more: Parameters<typeof instruction>[0]) => {
  const order = instruction(more)
  return inTransaction(stage.books.db, (tx) => process.rails.instruct(tx, 'demo', order, 'iso20022'))
}

test('an instruction that cannot be driven keeps no file from the bank', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process({ settings: { RAIL_BANK: 'iso20022' } })
  // Of a giver that is not known here, and the rail refuses it: whom to tell that, nobody knows.
  await register(process, { reference: newId('evt'), creditor: { name: 'Ada', account: 'FR00', agent: undefined } })
  stage.clock.advance(61_000)
  takenOnBy(await process.flow.create(stage.books, orderOf(purse, 'k3', 1_000n)))
  await process.turn()
  expect(await stage.outbox()).toHaveLength(1)
})

test('one payer with everything at once, in two processes: nothing is spent twice, and nothing stays held', async () => {
  const [purse, friend] = [await stage.purseWith(3_000n), await stage.purseWith(0n)]
  const processes = [stage.process(), stage.process()] as const
  const onEach = <T>(work: (process: Process) => Promise<T>) => processes.map(work)
  const requester = { userId: purse.userId, actsForOthers: true }
  const command = { requester, actor: 'usr_operator', correlationId: 'c' }
  const transfer = { type: 'TRANSFER', destinationAccountId: friend.walletId } as const
  for (let round = 0; round < 6; round += 1) {
    const known = await stage.paymentsOf(purse.userId)
    const amount = { minor: 300n, currency: 'EUR' } as const
    const all = [
      ...FAULTS.flatMap((fault, n) =>
        onEach(({ flow }) => {
          const type = n % 3 === 0 ? 'DEPOSIT' : 'WITHDRAWAL'
          return flow.create(
            stage.books,
            orderOf(purse, `w${round}-${n}`, 400n, { type, remittance: `SANDBOX ${fault}` }),
          )
        }),
      ),
      ...onEach(({ flow }) => {
        const request = orderOf(purse, `t${round}`, 200n)
        return flow.create(stage.books, { ...request, order: { ...request.order, destination: transfer } })
      }),
      ...known.flatMap(({ id, type }) =>
        onEach(
          ({ flow }): Promise<unknown> =>
            type === 'WITHDRAWAL'
              ? flow.cancel(stage.books, { ...command, paymentId: id })
              : flow.refund(stage.books, {
                  key: { requestedBy: 'usr_operator', idempotencyKey: `${id} ${round}` },
                  order: { paymentId: id, amount },
                  correlationId: 'c',
                }),
        ),
      ),
      ...onEach(({ turn }) => turn()),
      ...onEach(({ turn }) => turn()),
    ]
    const thrown = (await Promise.allSettled(all)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(thrown).toEqual([])
    const { balance, held } = await stage.wallet(purse)
    expect({ balance, held, isSound: balance >= held && held >= 0n }).toMatchObject({ isSound: true })
    stage.clock.advance(round % 2 === 0 ? 1_500 : 31_000)
  }
  for (let round = 0; round < 6; round += 1) {
    stage.clock.advance(62_000)
    await Promise.all(onEach(({ turn }) => turn()))
    await stage.sweep(processes[0])
  }
  await expectSoundPayments(stage.database)
  let left = 3_000n
  for (const payment of await stage.paymentsOf(purse.userId)) {
    const { type, status, execution, completedAt, amount, sourceAccountId } = payment
    expect(['PROCESSING', 'AUTHORISED', 'RISK_PENDING']).not.toContain(status)
    const state = execution === null ? undefined : (await stage.instructionIfAny(payment))?.state
    if (state !== undefined && type !== 'REFUND')
      expect({ status, moved: completedAt !== null }).toEqual({
        status,
        moved: ['SETTLED', 'RETURNED'].includes(state),
      })
    if (completedAt !== null) left += sourceAccountId === purse.walletId ? -amount.minor : amount.minor
  }
  expect(await stage.wallet(purse)).toEqual({ balance: left, held: 0n })
})

test.each(['removed', 'expired'])('a card that was %s before its payment is confirmed is not charged', async (how) => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const expiry = how === 'expired' ? { month: 11, year: 2026 } : { month: 12, year: 2030 }
  const cardId = await stage.card(purse.userId, expiry)
  const order = orderOf(purse, how, 1_000n, { type: 'DEPOSIT', counterparty: { method: 'CARD', cardId } })
  const created = await process.flow.create(stage.books, { ...order, order: { ...order.order, confirm: false } })
  const { id: paymentId } = takenOnBy(created)
  if (how === 'removed') await stage.removeCard(cardId)
  else stage.clock.advance(20 * 86_400_000)
  const requester = { userId: purse.userId, actsForOthers: false }
  const confirmed = await process.flow.confirm(stage.books, { paymentId, requester, actor: 'c', correlationId: 'c' })
  expect(confirmed).toMatchObject({
    ok: true,
    value: { status: 'FAILED', failure: { code: 'NOT_CARRIED_BY_RAIL' }, hold: 'RELEASED' },
  })
  expect(await stage.instructionIfAny(await stage.payment(paymentId))).toBeUndefined()
  await expectSoundPayments(stage.database)
})
