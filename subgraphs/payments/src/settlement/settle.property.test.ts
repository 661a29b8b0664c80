import type { Id } from '@carriergraph/shared/ids.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPaymentsDatabase, type PaymentsDatabase } from '../testing/payments-database.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { NETTINGS } from './orders.ts'
import { reverseCycle, settleDueCycles } from './settle.ts'
import { MONDAY, setSettlementStage } from './settlement.fixture.ts'
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

test.each(NETTINGS)(
  '%s: whatever is owed among whom, everybody has what was owed, and a reversal all that was',
  async (netting) => {
    const item = fc
      .record({ from: fc.nat(4), to: fc.nat(4), minor: fc.bigInt(1n, 10_000n) })
      .filter(({ from, to }) => from !== to)
    await fc.assert(
      fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 12 }), async (items) => {
        const set = await stage({ netting, fees: { fixedMinor: 3n, basisPoints: 50, maxMinor: 20n } })
        const participants = await Promise.all(Array.from({ length: 5 }, () => set.participant(1_000_000n)))
        const expected = new Map(participants.map((id) => [id, 1_000_000n]))
        let cycle: Id<'cyc'> | undefined
        for (const { from, to, minor } of items) {
          const [debtor, creditor] = [participants[from], participants[to]]
          if (debtor === undefined || creditor === undefined) continue
          const outcome = await set.enter(debtor, creditor, minor)
          if (!outcome.ok) throw new Error(outcome.code)
          cycle = outcome.value.cycleId
          expected.set(debtor, (expected.get(debtor) ?? 0n) - minor - outcome.value.feeMinor)
          expected.set(creditor, (expected.get(creditor) ?? 0n) + minor)
        }
        set.clock.set(MONDAY)
        await settleDueCycles({ ...set.options, currency: 'EUR' })
        expect(await Promise.all(participants.map(set.balance))).toEqual([...expected.values()])
        expect(await set.balance(set.accounts.settlementId)).toBe(0n)
        await set.decideReversal(cycle ?? 'cyc_')
        expect(await reverseCycle(set.options, cycle ?? 'cyc_')).toMatchObject({ ok: true })
        expect(await Promise.all(participants.map(set.balance))).toEqual(participants.map(() => 1_000_000n))
      }),
      { numRuns: 8, seed: 20_261_121 },
    )
  },
)
