// What comes back over a rail, in whatever parts and whatever else gives it back: its payer has it once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeNotices } from '../rails/drive.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { type RailsStage, setRailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned, returnsOn } from '../testing/returns.ts'
import { onPaymentNews } from './over-rail.ts'
import { takeOnChargeback } from './refund.ts'

let stage: RailsStage
let on: Returns
beforeAll(async () => {
  stage = await setRailsStage()
  on = returnsOn(stage)
})
afterAll(() => stage[Symbol.asyncDispose]())

test('parts that come back one after the other are each given back once, however often they are told', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'WITHDRAWAL')
  await on.tell(process, payment, 'a', returned(400n, 'first'))
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 400n })
  await on.tell(process, payment, 'a again', returned(400n, 'first'))
  await on.tell(process, payment, 'b', returned(400n, 'second'))
  await on.tell(process, payment, 'b again', returned(400n, 'second'))
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'PARTIALLY_REFUNDED', refundedMinor: 800n })
  expect(await stage.instructionOf(payment)).toMatchObject({ returned: { minor: 800n }, contradictions: 0 })
  expect(await stage.wallet(purse)).toEqual({ balance: 4_800n, held: 0n })
  // More than was left: which of them is wrong, the bank alone knows.
  await on.tell(process, payment, 'c', returned(201n, 'third'))
  await on.quiet(process)
  expect(await stage.instructionOf(payment)).toMatchObject({ returned: { minor: 800n }, contradictions: 1 })
  await on.tell(process, payment, 'd', returned(200n, 'fourth'))
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('parts that are told at once are given back together', async () => {
  const purse = await stage.purseWith(5_000n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'WITHDRAWAL')
  await Promise.all(
    [1, 2, 3, 4, 5].flatMap((part) =>
      ['x', 'y'].map((key) => on.tell(process, payment, `${key} ${part}`, returned(200n, `part ${part}`))),
    ),
  )
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
  expect(await stage.wallet(purse)).toEqual({ balance: 5_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a dispute that the network has lost already is not paid again by hand', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'DEPOSIT')
  await on.dispute(process, payment)
  await on.tell(process, payment, 'r', returned(1_000n))
  for (const _ of [1, 2])
    expect(await on.resolve(process, payment)).toMatchObject({ ok: true, value: { failure: null } })
  await on.quiet(process)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', dispute: { outcome: 'LOST' } })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  expect(await on.paidOutside(purse, payment)).toBe(1_000n)
  await expectSoundPayments(stage.database)
})

test('losing a dispute takes on no refund of its own where the rail has taken the money back by itself', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'DEPOSIT')
  await on.dispute(process, payment)
  const { clock, ledgers, books } = stage
  const { instruction } = await stage.instructionOf(payment)
  // Heard by a process that dies before it follows.
  const told = onPaymentNews({ clock, ledgers, soon: () => undefined })
  await inTransaction(books.db, async (tx) => {
    const notice = { instructionId: instruction.id, key: 'r', ...returned(1_000n) }
    for (const change of await takeNotices(tx, [notice], clock())) await told(tx, change, books)
  })
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'DISPUTED', execution: 'RETURNED' })
  const by = { actor: 'usr_operator', correlationId: 'c', now: clock() }
  for (const _ of [1, 2])
    expect(await takeOnChargeback(books.db, payment.id, by)).toMatchObject({ ok: true, value: { id: payment.id } })
  expect(await on.refundsOf(purse)).toEqual([])
  await on.quiet(process)
  expect(await on.refundsOf(purse)).toMatchObject([{ status: 'COMPLETED', execution: null }])
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', dispute: { outcome: 'LOST' } })
  await expectSoundPayments(stage.database)
})

test('a chargeback whose wallet is empty is not paid once more by losing the dispute when there is money again', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'DEPOSIT')
  await on.dispute(process, payment)
  await stage.emptyWallet(purse)
  await on.tell(process, payment, 'r', returned(1_000n))
  await on.quiet(process)
  await on.moved(process, purse, 'DEPOSIT', 3_000n)
  await on.resolve(process, payment)
  await on.quiet(process)
  expect(await on.paidOutside(purse, payment)).toBe(1_000n)
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', dispute: { outcome: 'LOST' } })
  expect(await stage.wallet(purse)).toEqual({ balance: 3_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('a chargeback takes back what a dispute that was lost by hand is just paying', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const payment = await on.moved(process, purse, 'DEPOSIT')
  await on.dispute(process, payment)
  await on.resolve(process, payment)
  await on.tell(process, payment, 'r', returned(1_000n))
  await on.quiet(process)
  expect(await on.paidOutside(purse, payment)).toBe(1_000n)
  const states = (await on.refundsOf(purse)).map(({ status, execution }) => `${status} ${execution}`).sort()
  expect(states).toEqual(['CANCELLED INSTRUCTED', 'COMPLETED null'])
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', execution: 'GIVEN_BACK' })
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('what a refund that was called back still holds is waited for, and not taken from suspense', async () => {
  const purse = await stage.purseWith(0n)
  const healthy = stage.process()
  const payment = await on.moved(healthy, purse, 'DEPOSIT')
  await on.dispute(healthy, payment)
  await on.resolve(healthy, payment)
  // Another process has called it back, and has not asked the ledger yet.
  const dying = on.dyingBefore('VOID_PENDING')
  await on.tell(dying, payment, 'r', returned(1_000n))
  await dying.turn()
  const [refund] = await on.refundsOf(purse)
  expect(refund).toMatchObject({ status: 'CANCELLED', hold: 'RELEASING' })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 1_000n })
  await healthy.flow.resume(stage.books, payment.id)
  expect(await on.refundsOf(purse)).toHaveLength(2)
  expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  await expectSoundPayments(stage.database)
})

test('whatever comes first, or both at once, and however often: the payer is paid once, or what is too much is named', async () => {
  for (let round = 0; round < 12; round += 1) {
    const purse = await stage.purseWith(0n)
    const processes = [stage.process(), stage.process()] as const
    const payment = await on.moved(processes[0], purse, 'DEPOSIT')
    await on.dispute(processes[0], payment)
    const acts = [
      () => on.resolve(processes[0], payment),
      () => on.resolve(processes[1], payment),
      () => on.tell(processes[0], payment, 'r', returned(1_000n, 'x')),
      () => on.tell(processes[1], payment, 'r again', returned(1_000n, 'x')),
    ]
    const inTurn = [...acts.slice(round % 4), ...acts.slice(0, round % 4)]
    if (round < 4) await Promise.all(inTurn.map((act) => act()))
    else
      for (const act of inTurn) {
        await act()
        if (round >= 8) await processes[0].turn()
      }
    // What either has begun ends before time goes on, which is how long a rail takes to pay.
    for (const { turn } of processes) await turn()
    await on.quiet(processes[0])
    expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED', refundedMinor: 1_000n })
    expect({ round, paid: await on.paidOutside(purse, payment) }).toEqual({ round, paid: 1_000n })
    expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
  }
  await expectSoundPayments(stage.database)
})
