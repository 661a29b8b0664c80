// However many decide and carry out at once, and wherever processes die: what stands in suspense leaves it once.

import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPostingWorker } from '../reconciliation/posting-worker.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { silent } from '../testing/payments-database.ts'
import type { Process, RailsStage } from '../testing/rails-stage.ts'
import type { Returns } from '../testing/returns.ts'
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

const worker = () => {
  const { database, ledgers, clock } = stage
  return createPostingWorker({ database, ledgers, clock, log: silent })
}

/** A case that may get into its wallet, in which nothing is. */
async function payable() {
  const purse = await stage.purseWith(0n)
  const found = await cases.kept(process, purse)
  await on.setStatus(purse, 'ACTIVE')
  return { purse, found }
}

test('the same asked and approved again is what it was, and moves nothing twice', async () => {
  const { purse, found } = await payable()
  for (const _ of [1, 2])
    expect(await cases.request(found, { resolution: 'WALLET' })).toMatchObject({ ok: true, value: { version: 2 } })
  for (const _ of [1, 2]) {
    expect(await cases.approve(found)).toMatchObject({ ok: true, value: { version: 3, attempt: 1 } })
  }
  for (const _ of [1, 2]) await carryOut(cases.parts(), found.id)
  expect(await cases.approve(found)).toMatchObject({ ok: true, value: { state: 'RESOLVED', version: 4 } })
  expect(await cases.approve(found, CLEO)).toMatchObject({ code: 'RESOLUTION_NOT_REQUESTED' })
  expect(await cases.request(found, { resolution: 'WALLET' })).toMatchObject({ code: 'CASE_NOT_OPEN' })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
  expect(await worker().runOnce()).toBe(0)
})

test('of many who ask at once one has asked, of many who approve one has, and it is paid once', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { purse, found } = await payable()
    const before = await on.suspense()
    const asked = await Promise.all(
      [ADA, BRUNO, CLEO].map((person) => cases.request(found, { resolution: 'WALLET' }, person)),
    )
    const asker = asked.flatMap((answer) => (answer.ok ? [answer.value.requestedBy] : []))
    expect(asker).toHaveLength(1)
    const approved = await Promise.all(
      [ADA, BRUNO, CLEO].map(async (person) => {
        const answer = await cases.approve(found, person)
        await carryOut(cases.parts(), found.id)
        return answer.ok ? 'ok' : answer.code
      }),
    )
    expect(approved.filter((answer) => answer === 'ok')).toHaveLength(1)
    expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
    expect(before - (await on.suspense())).toBe(1_000n)
  }
  await expectSoundPayments(stage.database)
})

test('an answer to an approval that is past does not end one that has come since', async () => {
  const { purse, found } = await payable()
  await cases.request(found, { resolution: 'WALLET' })
  await cases.approve(found)
  await on.setStatus(purse, 'FROZEN')
  const slow = {
    async post(order: TransferOrder) {
      const refused = await stage.ledgers.of(stage.books).post(order)
      // Before this process can say so another one has, and two people have decided anew.
      await carryOut(cases.parts(), found.id)
      await on.setStatus(purse, 'ACTIVE')
      await cases.request(found, { resolution: 'WALLET' })
      await cases.approve(found)
      return refused
    },
  }
  await carryOut(cases.parts(slow), found.id)
  expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVING', attempt: 2 })
  await carryOut(cases.parts(), found.id)
  expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVED', refusal: null, attempt: 2 })
  expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
  await expectSoundPayments(stage.database)
})

/** Dies before the ledger is asked, or once it has answered. */
const dying = (when: 'BEFORE' | 'AFTER') => ({
  async post(order: TransferOrder) {
    if (when === 'AFTER') await stage.ledgers.of(stage.books).post(order)
    throw new Error('died')
  },
})

test.each(['BEFORE', 'AFTER'] as const)(
  'killed %s the ledger has answered, it is carried out by whoever comes later, once',
  async (when) => {
    const { purse, found } = await payable()
    const before = await on.suspense()
    await cases.request(found, { resolution: 'WALLET' })
    await cases.approve(found)
    for (const _ of [1, 2]) await expect(carryOut(cases.parts(dying(when)), found.id)).rejects.toThrow('died')
    expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVING' })
    await Promise.all([worker().runOnce(), worker().runOnce(), carryOut(cases.parts(), found.id)])
    expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVED', version: 4 })
    expect(await stage.wallet(purse)).toEqual({ balance: 1_000n, held: 0n })
    expect(before - (await on.suspense())).toBe(1_000n)
    await expectSoundPayments(stage.database)
  },
)

test('approved, and killed before its refund is driven on, it goes back once', async () => {
  const purse = await stage.purseWith(0n)
  const before = await on.suspense()
  const found = await cases.kept(process, purse)
  await cases.request(found, { resolution: 'SENT_BACK' })
  await cases.approve(found)
  await cases.approve(found)
  for (const kind of ['PENDING', 'POST_PENDING']) {
    await stage.sweep(on.dyingAfter(kind))
    await on.dyingAfter(kind).turn()
  }
  await on.quiet(process)
  const refunds = await on.refundsOf(purse)
  expect(refunds.map(({ status }) => status)).toEqual(['COMPLETED'])
  expect(await cases.caseOf(found, found.reference)).toMatchObject({ state: 'RESOLVED', resolution: 'SENT_BACK' })
  expect(await on.suspense()).toBe(before)
  await expectSoundPayments(stage.database)
})
