// What stands in suspense is ended by two people, once: into a wallet, back over its rail, or written off.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import { booksOf } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Process, RailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned } from '../testing/returns.ts'
import { ADA, BRUNO, type Cases, setCasesStage } from '../testing/unapplied-cases.ts'

let stage: RailsStage
let on: Returns
let cases: Cases
let process: Process
beforeAll(async () => {
  ;({ stage, on, cases, process } = await setCasesStage())
})
afterAll(() => stage[Symbol.asyncDispose]())

const writeOffs = async () => (await booksOf(stage)).WRITE_OFFS ?? 0n

describe('into a wallet', () => {
  test('a deposit for a wallet that was frozen gets into it when it is active again', async () => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const found = await cases.kept(process, purse)
    expect(found).toMatchObject({ state: 'OPEN', resolution: null, reason: 'ACCOUNT_FROZEN' })
    expect(await cases.request(found, { resolution: 'WALLET' })).toMatchObject({ code: 'ACCOUNT_FROZEN' })
    await on.setStatus(purse, 'ACTIVE')
    expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({
      state: 'RESOLVED',
      resolution: 'WALLET',
      walletId: purse.walletId,
      requestedBy: ADA,
      approvedBy: BRUNO,
      refusal: null,
    })
    expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
    expect(await on.suspense()).toBe(before)
    expect(await cases.eventsOf(found)).toEqual([
      'recorded',
      'resolution_requested RESOLUTION_REQUESTED',
      'resolution_approved RESOLVING',
      'resolved RESOLVED',
    ])
    await expectSoundPayments(stage.database)
  })

  test('one for a wallet that was closed gets into another one of its owner', async () => {
    const purse = await stage.purseWith(0n)
    const found = await cases.kept(process, purse, 'CLOSED')
    expect(await cases.request(found, { resolution: 'WALLET' })).toMatchObject({ code: 'ACCOUNT_CLOSED' })
    const walletId = await on.openWallet(purse)
    expect(await cases.resolve(found, { resolution: 'WALLET', walletId })).toMatchObject({
      state: 'RESOLVED',
      walletId,
    })
    expect(await stage.balanceOf(walletId)).toBe(1_000n)
  })

  test('what its owner owes is taken from the wallet, where that has it, and else it is open again', async () => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const payment = await on.moved(process, purse, 'DEPOSIT')
    await stage.emptyWallet(purse)
    await on.tell(process, payment, 'r', returned(1_000n))
    await on.quiet(process)
    expect((await on.suspense()) - before).toBe(-1_000n)
    const [found] = await findUnapplied(stage.books.db, [payment.id])
    if (found === undefined) throw new Error('Nothing is owed.')
    expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({
      state: 'OPEN',
      refusal: 'INSUFFICIENT_FUNDS',
      resolution: null,
      approvedBy: null,
    })
    await stage.topUpWallet(purse, 1_500n)
    expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({ state: 'RESOLVED', refusal: null })
    expect(await stage.wallet(purse)).toEqual({ balance: 500n, held: 0n })
    expect(await on.suspense()).toBe(before)
    expect(await cases.eventsOf(found)).toContain('resolution_refused OPEN')
    await expectSoundPayments(stage.database)
  })
})

test('what is written off leaves suspense, whoever has it', async () => {
  const [purse, other] = [await stage.purseWith(0n), await stage.purseWith(0n)]
  const [suspense, lost] = [await on.suspense(), await writeOffs()]
  const found = await cases.kept(process, purse)
  expect(await cases.resolve(found, { resolution: 'WRITTEN_OFF' })).toMatchObject({ state: 'RESOLVED', walletId: null })
  expect({ suspense: await on.suspense(), gained: (await writeOffs()) - lost }).toEqual({ suspense, gained: 1_000n })
  const payment = await on.moved(process, other, 'DEPOSIT', 700n)
  await stage.emptyWallet(other)
  await on.tell(process, payment, 'r', returned(700n))
  await on.quiet(process)
  const [owed] = await findUnapplied(stage.books.db, [payment.id])
  if (owed === undefined) throw new Error('Nothing is owed.')
  expect(await cases.resolve(owed, { resolution: 'WRITTEN_OFF' })).toMatchObject({ state: 'RESOLVED' })
  expect({ suspense: await on.suspense(), gained: (await writeOffs()) - lost }).toEqual({ suspense, gained: 300n })
})

describe('back over its rail', () => {
  test('it is a refund of its deposit out of suspense, and ends with it', async () => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const found = await cases.kept(process, purse)
    const sent = await cases.resolve(found, { resolution: 'SENT_BACK' })
    expect(sent).toMatchObject({ state: 'RESOLVING', refundId: expect.stringMatching(/^pay_/) })
    await on.quiet(process)
    expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVED', resolution: 'SENT_BACK' })
    const [refund] = await on.refundsOf(purse)
    expect(refund).toMatchObject({
      id: sent.refundId,
      status: 'COMPLETED',
      execution: 'SETTLED',
      amount: { minor: 1_000n },
    })
    const [deposit] = (await stage.paymentsOf(purse.userId)).filter(({ type }) => type === 'DEPOSIT')
    if (deposit === undefined) throw new Error('It is gone.')
    expect(deposit).toMatchObject({ status: 'FAILED', refundedMinor: 1_000n })
    expect(await on.paidOutside(purse, deposit)).toBe(1_000n)
    expect(await on.suspense()).toBe(before)
    expect(await stage.tracesOf(refund?.id ?? deposit.id)).toEqual({ items: 1, expected: 1 })
    await expectSoundPayments(stage.database)
  })

  test.each(['FROZEN SUSPENSE', 'DECLINED'])('where that fails (%s) it is open again, and written off', async (why) => {
    const purse = await stage.purseWith(0n)
    const before = await on.suspense()
    const found = await cases.kept(process, purse)
    await cases.request(found, { resolution: 'SENT_BACK' })
    const approved = await cases.approve(found)
    if (!approved.ok || approved.value.refundId === null) throw new Error('It was not approved.')
    const { refundId } = approved.value
    if (why === 'DECLINED') {
      await process.flow.resume(stage.books, refundId)
      const reason = { code: 'AC04', text: undefined }
      await on.tell(process, await stage.payment(refundId), 'no', { kind: 'STATUS', status: 'RJCT', reason })
      await on.quiet(process)
    } else {
      const { id: walletId } = await on.suspenseAccount()
      await on.setStatus({ ...purse, walletId }, 'FROZEN')
      await process.flow.resume(stage.books, refundId)
      await on.setStatus({ ...purse, walletId }, 'ACTIVE')
    }
    expect(await stage.payment(refundId)).toMatchObject({ status: 'FAILED' })
    const refusal = why === 'DECLINED' ? 'BANK_ACCOUNT_CLOSED' : 'ACCOUNT_FROZEN'
    expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'OPEN', refundId: null, refusal })
    expect((await on.suspense()) - before).toBe(1_000n)
    expect(await cases.resolve(found, { resolution: 'WRITTEN_OFF' })).toMatchObject({
      state: 'RESOLVED',
      refundId: null,
    })
    expect(await on.suspense()).toBe(before)
    await expectSoundPayments(stage.database)
  })

  test('taken back from the rail, it is open again', async () => {
    const purse = await stage.purseWith(0n)
    const found = await cases.kept(process, purse)
    await cases.request(found, { resolution: 'SENT_BACK' })
    const approved = await cases.approve(found)
    if (!approved.ok || approved.value.refundId === null) throw new Error('It was not approved.')
    const paymentId = approved.value.refundId
    await process.flow.resume(stage.books, paymentId)
    const requester = { userId: undefined, actsForOthers: true }
    await process.turn()
    const command = { paymentId, requester, actor: 'usr_operator', correlationId: 'c' }
    expect(await process.flow.cancel(stage.books, command)).toMatchObject({ ok: true, value: { status: 'CANCELLED' } })
    await on.quiet(process)
    expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'OPEN', refusal: 'CANCELLED' })
    await expectSoundPayments(stage.database)
  })
})
