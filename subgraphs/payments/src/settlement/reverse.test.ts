import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCycle } from '../db/settlement-cycles.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { reverseCycle, settleCycle } from './settle.ts'
import { setSettlementStage } from './settlement.fixture.ts'
import type { SettlementTerms } from './terms.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(async () => {
  await expectSoundLedger(payments.database)
  await payments[Symbol.asyncDispose]()
})

const stage = (more?: Partial<SettlementTerms>) => setSettlementStage(payments.database, more)

test('a reversal takes back fees as well; where the money is spent, nothing is taken back, and it says from whom', async () => {
  const set = await stage({ fees: { fixedMinor: 5n, basisPoints: 0, maxMinor: undefined } })
  const { ada, bob, cycle } = await set.closedCycle()
  await settleCycle(set.options, cycle)
  await set.move(bob, set.bank, 30n)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ code: 'POSTING_REFUSED' })
  expect(await findCycle(set.db, cycle)).toMatchObject({
    state: 'SETTLED',
    refusal: { code: 'INSUFFICIENT_FUNDS', accountId: bob },
  })
  expect(await set.balance(set.accounts.feesId)).toBe(5n)
  await set.move(set.bank, bob, 30n)
  expect(await reverseCycle(set.options, cycle)).toMatchObject({ ok: true, value: { state: 'REVERSED' } })
  expect([await set.balance(ada), await set.balance(bob), await set.balance(set.accounts.feesId)]).toEqual([
    100n,
    0n,
    0n,
  ])
})
