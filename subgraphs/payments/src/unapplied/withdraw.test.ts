// What goes back by itself between the approval of a case and the ledger's answer: the owner is never given it twice, whoever
// dies in between, and where the ledger was first, that is named.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findUnapplied } from '../db/unapplied-money.ts'
import type { Payment } from '../domain/payment.ts'
import { takeNotices } from '../rails/drive.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import type { Purse } from '../testing/payments-database.ts'
import type { Process, RailsStage } from '../testing/rails-stage.ts'
import { type Returns, returned } from '../testing/returns.ts'
import { type Cases, setCasesStage } from '../testing/unapplied-cases.ts'
import { type CarryOutParts, carryOut } from './carry-out.ts'

let stage: RailsStage
let on: Returns
let cases: Cases
let process: Process
beforeAll(async () => {
  ;({ stage, on, cases, process } = await setCasesStage())
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Approved for its wallet, and the ledger is yet to be asked. */
async function approved() {
  const purse = await stage.purseWith(0n)
  const found = await cases.kept(process, purse)
  await on.setStatus(purse, 'ACTIVE')
  await cases.request(found, { resolution: 'WALLET' })
  expect(await cases.approve(found)).toMatchObject({ ok: true, value: { state: 'RESOLVING' } })
  return { purse, found, deposit: await stage.payment(found.reference as Id<'pay'>) }
}
type Approved = Awaited<ReturnType<typeof approved>>

const goesBack = (deposit: Payment, minor = 1_000n) =>
  on.tell(process, deposit, `${minor}`, returned(minor, `${minor}`))

/** What the owner has in the wallet and was given outside, less what is named as too much. */
async function standing({ purse, deposit }: { purse: Purse; deposit: Payment }) {
  const named = await findUnapplied(stage.books.db, [deposit.id])
  const excess = named
    .filter(({ reason }) => reason === 'EXCEEDS_REST')
    .reduce((sum, { amount }) => sum + amount.minor, 0n)
  return { wallet: (await stage.wallet(purse)).balance, outside: await on.paidOutside(purse, deposit), named: excess }
}

const endOf = async ({ found }: Approved) => {
  const { state, resolution, refusal } = await cases.caseOf(found, found.reference)
  return `${state} ${resolution} ${refusal}`
}

/** The tenant's ledger, with something that happens before it is asked, or behind its answer. */
const ledgerWith = (when: 'BEFORE' | 'AFTER', happens: () => Promise<void>): CarryOutParts['ledger'] => ({
  async post(order: TransferOrder) {
    if (when === 'BEFORE') await happens()
    const answer = await stage.ledgers.of(stage.books).post(order)
    if (when === 'AFTER') await happens()
    return answer
  },
})

test('before the ledger is asked: it moves nothing any more, and the case has ended by itself', async () => {
  const before = await on.suspense()
  const all = await approved()
  await goesBack(all.deposit)
  for (const _ of [1, 2]) await carryOut(cases.parts(), all.found.id)
  await on.quiet(process)
  expect(await endOf(all)).toBe('RESOLVED RETURNED CANCELLED')
  expect(await standing(all)).toEqual({ wallet: 0n, outside: 1_000n, named: 0n })
  expect(await cases.eventsOf(all.found)).toEqual([
    'recorded',
    'resolution_requested RESOLUTION_REQUESTED',
    'resolution_approved RESOLVING',
    'resolution_refused OPEN',
    'resolved RESOLVED',
  ])
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('while somebody is at the ledger’s door, who has looked before: the ledger refuses them', async () => {
  const before = await on.suspense()
  const all = await approved()
  const late = ledgerWith('BEFORE', () => goesBack(all.deposit))
  await carryOut(cases.parts(late), all.found.id)
  await on.quiet(process)
  expect(await endOf(all)).toBe('RESOLVED RETURNED CANCELLED')
  expect(await standing(all)).toEqual({ wallet: 0n, outside: 1_000n, named: 0n })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('behind the ledger’s answer and before it is recorded: the wallet has it, and what is too much is named', async () => {
  const before = await on.suspense()
  const all = await approved()
  const early = ledgerWith('AFTER', () => goesBack(all.deposit))
  await carryOut(cases.parts(early), all.found.id)
  await on.quiet(process)
  expect(await endOf(all)).toBe('RESOLVED WALLET null')
  expect(await standing(all)).toEqual({ wallet: 1_000n, outside: 1_000n, named: 1_000n })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('behind the ledger’s refusal and before it is recorded: it is followed, and nothing is too much', async () => {
  const before = await on.suspense()
  const all = await approved()
  await on.setStatus(all.purse, 'FROZEN')
  const early = ledgerWith('AFTER', () => goesBack(all.deposit))
  await carryOut(cases.parts(early), all.found.id)
  await on.quiet(process)
  expect(await endOf(all)).toBe('RESOLVED RETURNED ACCOUNT_FROZEN')
  expect(await standing(all)).toEqual({ wallet: 0n, outside: 1_000n, named: 0n })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('a part of it: the rest is decided on anew', async () => {
  const before = await on.suspense()
  const all = await approved()
  await goesBack(all.deposit, 400n)
  await carryOut(cases.parts(), all.found.id)
  await on.quiet(process)
  expect(await endOf(all)).toBe('OPEN null CANCELLED')
  expect(await standing(all)).toEqual({ wallet: 0n, outside: 400n, named: 0n })
  await cases.resolve(all.found, { resolution: 'WALLET' })
  expect(await endOf(all)).toBe('RESOLVED WALLET null')
  expect(await standing(all)).toEqual({ wallet: 600n, outside: 400n, named: 0n })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

test('written off, it is not given up any more', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const found = await cases.kept(process, purse)
  await cases.request(found, { resolution: 'WRITTEN_OFF' })
  await cases.approve(found)
  await goesBack(await stage.payment(found.reference as Id<'pay'>))
  await carryOut(cases.parts(), found.id)
  await on.quiet(process)
  expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVED', resolution: 'RETURNED' })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})

/** Told, and killed before that is stored. */
const toldInVain = async (deposit: Payment) => {
  const { instruction } = await stage.instructionOf(deposit)
  const notice = { instructionId: instruction.id, key: 'r', ...returned(1_000n, '1000') }
  const told = inTransaction(stage.books.db, async (tx) => {
    for (const change of await takeNotices(tx, [notice], stage.clock()))
      await process.rails.news.tell(tx, change, stage.books)
    throw new Error('died')
  })
  await expect(told).rejects.toThrow('died')
}

test('told by a process that died with it: what was approved is open again, and when it is told anew it is followed', async () => {
  const all = await approved()
  await toldInVain(all.deposit)
  expect(await endOf(all)).toBe('RESOLVING WALLET null')
  await carryOut(cases.parts(), all.found.id)
  expect(await endOf(all)).toBe('OPEN null CANCELLED')
  await goesBack(all.deposit)
  await on.quiet(process)
  expect(await endOf(all)).toBe('RESOLVED RETURNED CANCELLED')
  expect(await standing(all)).toEqual({ wallet: 0n, outside: 1_000n, named: 0n })
  await expectSoundPayments(stage.database)
})

test('behind a process that died between the ledger’s answer and its record: that is recorded, and what is too much is named', async () => {
  const all = await approved()
  const dying = ledgerWith('AFTER', () => Promise.reject(new Error('died')))
  await expect(carryOut(cases.parts(dying), all.found.id)).rejects.toThrow('died')
  await goesBack(all.deposit)
  expect(await endOf(all)).toBe('RESOLVING WALLET null')
  await carryOut(cases.parts(), all.found.id)
  expect(await endOf(all)).toBe('RESOLVED WALLET null')
  expect(await standing(all)).toEqual({ wallet: 1_000n, outside: 1_000n, named: 1_000n })
  await expectSoundPayments(stage.database)
})

test('at the same moment as several carry it out: it is given once, or what is too much is named', async () => {
  const before = await on.suspense()
  for (let round = 0; round < 8; round += 1) {
    const all = await approved()
    await Promise.all([
      ...[1, 2].map(() => carryOut(cases.parts(), all.found.id)),
      goesBack(all.deposit),
      carryOut(cases.parts(), all.found.id),
    ])
    await carryOut(cases.parts(), all.found.id)
    await on.quiet(process)
    const { wallet, outside, named } = await standing(all)
    expect({ given: wallet + outside - named, named }).toEqual({ given: 1_000n, named: wallet })
    expect(await endOf(all)).toMatch(/^RESOLVED /)
  }
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})
