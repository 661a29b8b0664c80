// What goes back by itself of money that stands in suspense, while people decide on it and what they decided is carried out.

import type { Id } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { booksOf } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import type { Process, RailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned } from '../testing/returns.ts'
import { type Cases, setCasesStage } from '../testing/unapplied-cases.ts'

let stage: RailsStage
let on: Returns
let cases: Cases
let process: Process
beforeAll(async () => {
  ;({ stage, on, cases, process } = await setCasesStage())
})
afterAll(() => stage[Symbol.asyncDispose]())

test('what goes back while somebody is asked: the request does not hold, and the rest is decided on', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const found = await cases.kept(process, purse)
  await on.setStatus(purse, 'ACTIVE')
  await cases.request(found, { resolution: 'WALLET' })
  const [deposit] = await stage.paymentsOf(purse.userId)
  if (deposit === undefined) throw new Error('It is gone.')
  await on.tell(process, deposit, 'part', returned(400n, 'one'))
  expect(await cases.approve(found)).toMatchObject({ code: 'RESOLUTION_NOT_REQUESTED' })
  await on.quiet(process)
  expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({
    state: 'RESOLVED',
    returnedMinor: 400n,
  })
  expect(await stage.wallet(purse)).toEqual({ balance: 600n, held: 0n })
  expect(await on.suspense()).toBe(before)
  // What comes back now, its payer has twice.
  await on.tell(process, deposit, 'rest', returned(600n, 'two'))
  await on.quiet(process)
  const told = (await findUnapplied(stage.books.db, [deposit.id])).map(
    ({ direction, place, reason, amount, state }) => `${direction} ${place} ${reason} ${amount.minor} ${state}`,
  )
  expect(told).toEqual(['IN SUSPENSE ACCOUNT_FROZEN 1000 RESOLVED', 'OUT RECONCILIATION EXCEEDS_REST 600 OPEN'])
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

/** Approved to be sent back, and not on its way yet. */
async function approved(purse: Purse) {
  const found = await cases.kept(process, purse)
  await cases.request(found, { resolution: 'SENT_BACK' })
  const approval = await cases.approve(found)
  if (!approval.ok || approval.value.refundId === null) throw new Error('It was not approved.')
  return { found, deposit: await stage.payment(found.reference as Id<'pay'>), refundId: approval.value.refundId }
}

const namedOf = async ({ id }: Payment) =>
  (await findUnapplied(stage.books.db, [id])).map(({ reason, amount, state }) => `${reason} ${amount.minor} ${state}`)

test('what goes back before what was approved is on its way: that is not sent any more, and the case says so', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { found, deposit, refundId } = await approved(purse)
  await on.tell(process, deposit, 'all', returned(1_000n, 'one'))
  await on.quiet(process)
  const refund = await stage.payment(refundId)
  expect(refund).toMatchObject({ status: 'CANCELLED', hold: 'RELEASED' })
  expect(await stage.instructionIfAny(refund)).toBeUndefined()
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED', resolution: 'RETURNED' })
  expect(await cases.eventsOf(found)).toEqual([
    'recorded',
    'resolution_requested RESOLUTION_REQUESTED',
    'resolution_approved RESOLVING',
    'resolution_refused OPEN',
    'resolved RESOLVED',
  ])
  expect(await namedOf(deposit)).toEqual(['ACCOUNT_FROZEN 1000 RESOLVED'])
  expect(await on.paidOutside(purse, deposit)).toBe(1_000n)
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('a part that goes back before what was approved is on its way: the rest is decided on anew', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { found, deposit, refundId } = await approved(purse)
  await on.tell(process, deposit, 'part', returned(400n, 'one'))
  await on.quiet(process)
  expect(await stage.payment(refundId)).toMatchObject({ status: 'CANCELLED' })
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({
    state: 'OPEN',
    returnedMinor: 400n,
    refundId: null,
    refusal: 'CANCELLED',
  })
  await cases.resolve(found, { resolution: 'SENT_BACK' })
  await on.quiet(process)
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED', resolution: 'SENT_BACK' })
  expect(await on.paidOutside(purse, deposit)).toBe(1_000n)
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('what goes back while its rail has what was approved, and takes it back: it is not sent', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { found, deposit, refundId } = await approved(purse)
  await process.flow.resume(stage.books, refundId)
  await process.turn()
  await on.tell(process, deposit, 'all', returned(1_000n, 'one'))
  expect(await namedOf(deposit)).toEqual(['ACCOUNT_FROZEN 1000 RESOLVING'])
  await on.quiet(process)
  expect(await stage.payment(refundId)).toMatchObject({ status: 'CANCELLED' })
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED', resolution: 'RETURNED' })
  expect(await on.paidOutside(purse, deposit)).toBe(1_000n)
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('what goes back while its rail has what was approved, and has paid it: what is too much is named when that is known', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { found, deposit, refundId } = await approved(purse)
  await process.flow.resume(stage.books, refundId)
  await process.turn()
  stage.clock.advance(2_000)
  await on.tell(process, deposit, 'all', returned(1_000n, 'one'))
  await on.quiet(process)
  expect(await stage.payment(refundId)).toMatchObject({ status: 'COMPLETED' })
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED', resolution: 'SENT_BACK' })
  expect(await namedOf(deposit)).toEqual(['ACCOUNT_FROZEN 1000 RESOLVED', 'EXCEEDS_REST 1000 OPEN'])
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('what has gone back when the ledger refuses what was approved is followed, and nothing is too much', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const { found, deposit, refundId } = await approved(purse)
  const { id: walletId } = await on.suspenseAccount()
  // Before it is told: behind that, the refund is driven on at once.
  await on.setStatus({ ...purse, walletId }, 'FROZEN')
  await on.tell(process, deposit, 'all', returned(1_000n, 'one'))
  await process.flow.resume(stage.books, refundId)
  await on.setStatus({ ...purse, walletId }, 'ACTIVE')
  await on.quiet(process)
  expect(await stage.payment(refundId)).toMatchObject({ status: 'FAILED' })
  expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED', resolution: 'RETURNED' })
  expect(await namedOf(deposit)).toEqual(['ACCOUNT_FROZEN 1000 RESOLVED'])
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('what goes back at the same moment as what was approved is sent: its payer is paid once, or what is too much is named', async () => {
  for (let round = 0; round < 8; round += 1) {
    const purse = await stage.purseWith(0n)
    const { found, deposit, refundId } = await approved(purse)
    const other = stage.process()
    await Promise.all([
      on.tell(process, deposit, 'all', returned(1_000n, 'one')),
      process.flow.resume(stage.books, refundId),
      other.flow.resume(stage.books, refundId),
    ])
    await on.quiet(process)
    stage.clock.advance(2_000)
    await on.quiet(process)
    expect(await cases.caseOf(found, deposit.id)).toMatchObject({ state: 'RESOLVED' })
    const named = (await findUnapplied(stage.books.db, [deposit.id])).filter(({ reason }) => reason === 'EXCEEDS_REST')
    const excess = named.reduce((sum, { amount }) => sum + amount.minor, 0n)
    expect((await on.paidOutside(purse, deposit)) - excess).toBe(1_000n)
  }
  await expectSoundPayments(stage.database)
})

test('what was never in suspense is ended without the ledger, when reconciliation has ended it', async () => {
  const purse = await stage.purseWith(0n)
  const found = await cases.kept(process, purse)
  await cases.resolve(found, { resolution: 'WRITTEN_OFF' })
  const [deposit] = await stage.paymentsOf(purse.userId)
  if (deposit === undefined) throw new Error('It is gone.')
  await on.tell(process, deposit, 'r', returned(1_000n))
  const before = await booksOf(stage)
  const owed = (await findUnapplied(stage.books.db, [deposit.id])).find(({ place }) => place === 'RECONCILIATION')
  if (owed === undefined) throw new Error('Nothing is owed.')
  for (const resolution of ['WALLET', 'SENT_BACK', 'WRITTEN_OFF'] as const)
    expect(await cases.request(owed, { resolution })).toMatchObject({ code: 'NOT_IN_SUSPENSE' })
  expect(await cases.resolve(owed, { resolution: 'RECONCILED' })).toMatchObject({ state: 'RESOLVED' })
  expect(await booksOf(stage)).toEqual(before)
})
