// What a wallet cannot take, or does not have: it stands in suspense, named.

import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findOperatorAccount } from '../db/ledger-accounts.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { type RailsStage, setRailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned, returnsOn } from '../testing/returns.ts'
import { postUntilTaken } from './suspense.ts'

let stage: RailsStage
let on: Returns
beforeAll(async () => {
  stage = await setRailsStage()
  on = returnsOn(stage)
})
afterAll(() => stage[Symbol.asyncDispose]())

test.each(['FROZEN', 'CLOSED'] as const)(
  'a deposit that comes for a wallet that is %s stands in suspense, once, whoever dies and however many go on with it',
  async (status) => {
    const purse = await stage.purseWith(0n)
    const process = stage.process()
    const { id } = await on.deposited(process, purse)
    const before = await on.suspense()
    await on.setStatus(purse, status)
    stage.clock.advance(2_000)
    for (const kind of ['POST_PENDING', 'SINGLE', 'VOID_PENDING']) await on.dyingAfter(kind).turn()
    const others = [stage.process(), stage.process(), stage.process()]
    await Promise.all(others.map(({ flow }) => flow.resume(stage.books, id)))
    await on.quiet(process)
    const code = `ACCOUNT_${status}`
    expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code }, hold: 'RELEASED' })
    expect((await on.suspense()) - before).toBe(1_000n)
    expect(await stage.tracesOf(id)).toEqual({ items: 1, expected: 1 })
    expect(await findUnapplied(stage.books.db, [id])).toMatchObject([
      { accountId: purse.walletId, amount: { minor: 1_000n }, direction: 'IN', place: 'SUSPENSE', reason: code },
    ])
    await expectSoundPayments(stage.database)
  },
)

test('a deposit whose hold was released in the ledger by hand stands in suspense when it comes', async () => {
  const purse = await stage.purseWith(0n)
  const process = stage.process()
  const { id, transferId } = await on.deposited(process, purse)
  const before = await on.suspense()
  const voided = { kind: 'VOID_PENDING', id: newId('tfr'), pendingId: transferId, reference: 'by hand' } as const
  expect(await stage.ledgers.of(stage.books).post(voided)).toMatchObject({ ok: true })
  stage.clock.advance(2_000)
  await on.quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: 'HOLD_RELEASED' } })
  expect((await on.suspense()) - before).toBe(1_000n)
  expect(await findUnapplied(stage.books.db, [id])).toMatchObject([{ reason: 'HOLD_RELEASED' }])
  // What comes back of it then was never in the wallet: it leaves suspense as it came.
  for (const [key, minor, left] of [
    ['part', 400n, 600n],
    ['part again', 400n, 600n],
    ['rest', 600n, 0n],
  ] as const) {
    await on.tell(process, await stage.payment(id), key, returned(minor, `R ${minor}`))
    await on.quiet(process)
    expect((await on.suspense()) - before).toBe(left)
  }
  expect(await findUnapplied(stage.books.db, [id])).toMatchObject([
    { direction: 'IN', place: 'SUSPENSE', reason: 'HOLD_RELEASED', state: 'RESOLVED', resolution: 'RETURNED' },
  ])
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', refundedMinor: 1_000n, refundClaimedMinor: 1_000n })
  await expectSoundPayments(stage.database)
})

test.each(['together with its settlement', 'while it is brought into suspense', 'after it is there'])(
  'a deposit for a frozen wallet that goes back by itself %s leaves suspense as it came, and the bank is to show both',
  async (when) => {
    const purse = await stage.purseWith(0n)
    const process = stage.process()
    const payment = await on.deposited(process, purse)
    const before = await on.suspense()
    await on.setStatus(purse, 'FROZEN')
    if (when === 'together with its settlement') {
      await on.tell(process, payment, 'r', returned(1_000n))
      await process.turn()
    } else {
      stage.clock.advance(2_000)
      await (when === 'after it is there' ? process : on.dyingAfter('SINGLE')).turn()
      await on.tell(process, payment, 'r', returned(1_000n))
    }
    await on.quiet(process)
    expect(await stage.payment(payment.id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
    expect(await findUnapplied(stage.books.db, [payment.id])).toMatchObject([
      { amount: { minor: 1_000n }, reason: 'ACCOUNT_FROZEN', state: 'RESOLVED', resolution: 'RETURNED' },
    ])
    expect(await on.suspense()).toBe(before)
    expect(await stage.wallet(purse)).toEqual({ balance: 0n, held: 0n })
    const [refund, ...more] = await on.refundsOf(purse)
    expect({ refund, more }).toMatchObject({ refund: { status: 'COMPLETED', execution: null }, more: [] })
    expect(await stage.tracesOf(payment.id)).toEqual({ items: 1, expected: 1 })
    expect(await stage.tracesOf(refund?.id ?? payment.id)).toEqual({ items: 1, expected: 1 })
    await expectSoundPayments(stage.database)
  },
)

test('while suspense itself is frozen, what belongs there waits, and comes to it when it is not', async () => {
  const [purse, other] = [await stage.purseWith(0n), await stage.purseWith(0n)]
  const process = stage.process()
  const payment = await on.moved(process, other, 'DEPOSIT')
  const { id } = await on.deposited(process, purse)
  const before = await on.suspense()
  const account = await findOperatorAccount(stage.books.db, 'SUSPENSE', 'EUR')
  await on.setStatus({ ...purse, walletId: account.id }, 'FROZEN')
  await on.setStatus(purse, 'FROZEN')
  await stage.emptyWallet(other)
  await on.tell(process, payment, 'r', returned(1_000n))
  stage.clock.advance(2_000)
  await on.quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'PROCESSING', execution: 'SETTLED' })
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'COMPLETED', refundClaimedMinor: 1_000n })
  expect(await on.suspense()).toBe(before)
  await on.setStatus({ ...purse, walletId: account.id }, 'ACTIVE')
  await on.quiet(process)
  expect(await stage.payment(id)).toMatchObject({ status: 'FAILED', failure: { code: 'ACCOUNT_FROZEN' } })
  expect(await stage.payment(payment.id)).toMatchObject({ status: 'REFUNDED' })
  const told = await findUnapplied(stage.books.db, [id, payment.id])
  expect(told.map(({ direction, reason }) => `${direction} ${reason}`).sort()).toEqual([
    'IN ACCOUNT_FROZEN',
    'OUT INSUFFICIENT_FUNDS',
  ])
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('what is refused while an account is frozen is posted after the thaw, however often accounts freeze', async () => {
  const purse = await stage.purseWith(0n)
  const movement = {
    debitAccountId: (await findOperatorAccount(stage.books.db, 'FUNDING', 'EUR')).id,
    creditAccountId: purse.walletId,
    amountMinor: 1n,
    currency: 'EUR',
    reference: 'test',
  } as const
  const name = `posted by a test to ${purse.walletId}`
  const post = () => postUntilTaken(stage.ledgers.of(stage.books), name, movement)
  for (let freeze = 0; freeze < 3; freeze += 1) {
    await on.setStatus(purse, 'FROZEN')
    expect(await post()).toBe(false)
  }
  await on.setStatus(purse, 'ACTIVE')
  expect([await post(), await post()]).toEqual([true, true])
  expect(await stage.wallet(purse)).toEqual({ balance: 1n, held: 0n })
})
