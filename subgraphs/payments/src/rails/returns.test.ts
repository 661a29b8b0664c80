// What rails tell of money that came back, in parts, twice and in any order: each return counts once.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInstruction } from '../db/rail-instructions.ts'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { registerInstruction, takeNotices } from './drive.ts'
import { isSameReturn, type Notice, type ReturnTold } from './notice.ts'
import { instruction, NOON } from './rails.fixture.ts'

let payments: PaymentsDatabase
beforeAll(async () => {
  payments = await openPaymentsDatabase()
})
afterAll(() => payments[Symbol.asyncDispose]())

const told = (minor: bigint, reference?: string, bookedOn?: string): ReturnTold => ({
  amount: money(minor, 'EUR'),
  reference,
  bookedOn,
})

test.each<[string, ReturnTold, ReturnTold, boolean]>([
  ['of one reference', told(1n, 'A', '2026-11-23'), told(1n, 'A', '2026-11-24'), true],
  ['of two references', told(1n, 'A', '2026-11-23'), told(1n, 'B', '2026-11-23'), false],
  ['of one reference and two amounts, as in one batch', told(1n, 'A'), told(2n, 'A'), false],
  ['of one day, of which one has a reference', told(1n, 'A', '2026-11-23'), told(1n, undefined, '2026-11-23'), true],
  ['of two days without a reference', told(1n, undefined, '2026-11-23'), told(1n, undefined, '2026-11-24'), false],
  ['alike, of which nothing more is told', told(1n), told(1n), true],
])('two notices %s', (_, one, other, isSame) => {
  expect(isSameReturn(one, other)).toBe(isSame)
  expect(isSameReturn(other, one)).toBe(isSame)
})

test('each return counts once, whatever is told how often and in which order, and parts are never more than the whole', async () => {
  const db = payments.database.forTenant('returns')
  const part = fc.record({ reference: fc.nat({ max: 6 }), key: fc.nat({ max: 3 }) })
  /** What each return of the rail is, whenever it is told. */
  const amounts = [100n, 100n, 250n, 400n, 1n, 700n, 999n]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(part, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async (batches) => {
      const order = instruction({ amount: money(1_000n, 'EUR') })
      await inTransaction(db, (tx) => registerInstruction(tx, order, 'sandbox', NOON))
      const counted = new Set<number>()
      const expected = () => [...counted].reduce((sum, at) => sum + (amounts[at] ?? 0n), 0n)
      let changes = 0
      for (const batch of batches) {
        for (const { reference } of batch) if (expected() + (amounts[reference] ?? 0n) <= 1_000n) counted.add(reference)
        const notices = batch.map(
          ({ reference, key }): Notice => ({
            instructionId: order.id,
            key: `${reference} ${key}`,
            kind: 'RETURN',
            amount: money(amounts[reference] ?? 0n, 'EUR'),
            reference: `R${reference}`,
            reason: undefined,
          }),
        )
        const changed = await inTransaction(db, (tx) => takeNotices(tx, notices, NOON))
        changes += changed.filter(({ after }) => after.state === 'RETURNED').length
      }
      const { returned } = (await findInstruction(db, order.id)) ?? {}
      expect({ minor: returned?.minor ?? 0n, changes }).toEqual({ minor: expected(), changes: counted.size })
    }),
    { numRuns: 60, seed: 20_261_121 },
  )
})
