// Who may decide what on a case, and when: refusals, and what opens it again.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId } from '@carriergraph/shared/ids.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import { recordUnapplied } from '../flow/unapplied.ts'
import type { Process, RailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned } from '../testing/returns.ts'
import { ADA, BRUNO, type Cases, CLEO, setCasesStage } from '../testing/unapplied-cases.ts'
import { carryOut } from './carry-out.ts'

let stage: RailsStage
let on: Returns
let cases: Cases
let process: Process
beforeAll(async () => {
  ;({ stage, on, cases, process } = await setCasesStage())
})
afterAll(() => stage[Symbol.asyncDispose]())

test('turned down, or taken back, it is open again', async () => {
  const found = await cases.kept(process, await stage.purseWith(0n))
  for (const person of [ADA, BRUNO]) {
    await cases.request(found, { resolution: 'WRITTEN_OFF' })
    expect(await cases.reject(found, person)).toMatchObject({ ok: true, value: { state: 'OPEN', requestedBy: null } })
  }
  expect(await cases.approve(found)).toMatchObject({ code: 'RESOLUTION_NOT_REQUESTED' })
  expect(await cases.resolve(found, { resolution: 'WRITTEN_OFF' })).toMatchObject({ state: 'RESOLVED' })
})

test('is refused by the first of these, and then nothing is changed', async () => {
  const [purse, other] = [await stage.purseWith(0n), await stage.purseWith(0n)]
  const found = await cases.kept(process, purse)
  const none = { id: newId('uam') }
  const card = { resolution: 'WALLET', reason: 'paid with 4111111111111111' } as const
  const [wallet, suspense] = [{ resolution: 'WALLET' } as const, await on.suspenseAccount()]
  const before = await cases.eventsOf(found)
  const refused: [() => ReturnType<Cases['approve']>, string][] = [
    [() => cases.request(none, card), 'INVALID_REASON'],
    [() => cases.request(none, { ...wallet, reason: '' }), 'INVALID_REASON'],
    [() => cases.reject(none, BRUNO, 'x'.repeat(501)), 'INVALID_REASON'],
    [() => cases.request(none, wallet), 'CASE_NOT_FOUND'],
    [() => cases.approve(none), 'CASE_NOT_FOUND'],
    [() => cases.approve(found), 'RESOLUTION_NOT_REQUESTED'],
    [() => cases.reject(found), 'RESOLUTION_NOT_REQUESTED'],
    [() => cases.request(found, { resolution: 'RECONCILED' }), 'NOT_IN_SUSPENSE'],
    [() => cases.request(found, { ...wallet, walletId: newId('led') }), 'LEDGER_ACCOUNT_NOT_FOUND'],
    [() => cases.request(found, { ...wallet, walletId: other.walletId }), 'ACCOUNT_MISMATCH'],
    [() => cases.request(found, { ...wallet, walletId: suspense.id }), 'ACCOUNT_MISMATCH'],
    [() => cases.request(found, wallet), 'ACCOUNT_FROZEN'],
  ]
  for (const [ask, code] of refused) expect(await ask()).toMatchObject({ ok: false, code })
  expect(await cases.eventsOf(found)).toEqual(before)
  await cases.request(found, { resolution: 'WRITTEN_OFF' })
  expect(await cases.request(found, { resolution: 'SENT_BACK' })).toMatchObject({ code: 'CASE_NOT_OPEN' })
  expect(await cases.request(found, { resolution: 'WRITTEN_OFF' }, CLEO)).toMatchObject({ code: 'CASE_NOT_OPEN' })
  expect(await cases.approve(found, ADA)).toMatchObject({ code: 'SAME_PERSON' })
  const alone = stage.database.sql.system`
    update unapplied_case set state = 'RESOLVING', approved_by = requested_by, approved_at = now()
    where state = 'RESOLUTION_REQUESTED'`
  await expect(alone).rejects.toMatchObject({ constraint_name: 'unapplied_case_four_eyes' })
})

test('a service decides on nothing', async () => {
  expect(await cases.asService()).toEqual(['NOT_A_PERSON', 'NOT_A_PERSON', 'NOT_A_PERSON'])
})

test('what is not a deposit that was kept is not sent back', async () => {
  const purse = await stage.purseWith(1_000n)
  const payment = await on.moved(process, purse, 'WITHDRAWAL')
  await on.setStatus(purse, 'FROZEN')
  await on.tell(process, payment, 'r', returned(1_000n))
  await on.quiet(process)
  const [found] = await findUnapplied(stage.books.db, [payment.id])
  if (found === undefined) throw new Error('Nothing is in suspense.')
  expect(found).toMatchObject({ direction: 'IN', reason: 'ACCOUNT_FROZEN' })
  expect(await cases.request(found, { resolution: 'SENT_BACK' })).toMatchObject({ code: 'CANNOT_BE_SENT_BACK' })
  await on.setStatus(purse, 'ACTIVE')
  expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({ state: 'RESOLVED' })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
})

test('what its owner owes is not sent back, also where its deposit never got into its wallet', async () => {
  const kept = await cases.kept(process, await stage.purseWith(0n))
  const { reference, ownerId, accountId, amount } = kept
  const owed = { reference, ownerId, accountId, amount, direction: 'OUT', place: 'SUSPENSE' } as const
  const id = await inTransaction(stage.books.db, (tx) =>
    recordUnapplied(tx, { ...owed, reason: 'INSUFFICIENT_FUNDS', correlationId: 'c' }, stage.clock()),
  )
  expect(await cases.request({ id }, { resolution: 'SENT_BACK' })).toMatchObject({
    code: 'CANNOT_BE_SENT_BACK',
    field: ['resolution'],
  })
  expect(await cases.request(kept, { resolution: 'SENT_BACK' })).toMatchObject({ ok: true })
})

test('carried out when its wallet is frozen since it was approved, it is open again', async () => {
  const purse = await stage.purseWith(0n)
  const found = await cases.kept(process, purse)
  await on.setStatus(purse, 'ACTIVE')
  await cases.request(found, { resolution: 'WALLET' })
  await on.setStatus(purse, 'FROZEN')
  expect(await cases.approve(found)).toMatchObject({ code: 'ACCOUNT_FROZEN' })
  await on.setStatus(purse, 'ACTIVE')
  await cases.approve(found)
  await on.setStatus(purse, 'FROZEN')
  await carryOut(cases.parts(), found.id)
  expect(await cases.caseOf(found, found.reference)).toMatchObject({
    state: 'OPEN',
    refusal: 'ACCOUNT_FROZEN',
    attempt: 1,
  })
  await on.setStatus(purse, 'ACTIVE')
  // The ledger's refusal stands under its id; the next approval has another.
  expect(await cases.resolve(found, { resolution: 'WALLET' })).toMatchObject({ state: 'RESOLVED', attempt: 2 })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
})
