// Whatever rails charge, for whatever they move and give back, and however the bank books it: the books have what the bank has,
// before anybody compares them, and nothing is left on RAIL_CLEARING.

import type { Id } from '@carriergraph/shared/ids.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Payment } from '../domain/payment.ts'
import { railFees } from '../rails/rail-fees.ts'
import { type BankEntry, booksOf, reconcile, settleAll, statement } from '../testing/bank-day.ts'
import { expectSoundPayments } from '../testing/lifecycle.ts'
import { orderOf, type RailsStage, setRailsStage, takenOnBy } from '../testing/rails-stage.ts'

const INITIAL = 50_000n

const schedule = fc.record({
  fixed: fc.bigInt(0n, 40n),
  basisPoints: fc.bigInt(0n, 200n),
  max: fc.option(fc.bigInt(1n, 60n), { nil: undefined }),
})
type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never

/** How the bank books a fee: with what it is for, beside it, or beside it without saying for what. What comes, comes whole. */
const booked = fc.constantFrom('WITHIN', 'BESIDE', 'UNNAMED')
const transfer = fc.record({
  type: fc.constantFrom('WITHDRAWAL', 'DEPOSIT'),
  minor: fc.constantFrom(300n, 755n, 1_000n, 4_999n),
  fault: fc.constantFrom('NONE', 'NONE', 'RETURN', 'DECLINE', 'LATE-SUCCESS'),
  booked,
})
type Transfer = typeof transfer extends fc.Arbitrary<infer Value> ? Value : never

const written = (minor: bigint) => formatAmount({ minor, currency: 'EUR' })

/** As the setting has it, in words of the test's own. */
const textOf = ({ fixed, basisPoints, max }: Schedule) =>
  `sandbox/EUR=${written(fixed)}+${basisPoints}bp${max === undefined ? '' : `<=${written(max)}`}`

function chargedFor(minor: bigint, { fixed, basisPoints, max }: Schedule): bigint {
  const fee = fixed + (minor * basisPoints * 2n + 10_000n) / 20_000n
  return max !== undefined && fee > max ? max : fee
}

const entryOf = (minor: bigint, id: Id<'ins'>, more: Partial<BankEntry> = {}): BankEntry => ({
  amount: written(minor < 0n ? -minor : minor),
  sign: minor < 0n ? 'DBIT' : 'CRDT',
  id,
  ...more,
})

/** What the bank books for a transfer; above zero it gains. */
function entriesOf(minor: bigint, fee: bigint, id: Id<'ins'>, how: Transfer['booked']): BankEntry[] {
  if (fee === 0n) return [entryOf(minor, id)]
  if (how === 'WITHIN' && minor < 0n) return [entryOf(minor - fee, id)]
  return [entryOf(minor, id), entryOf(-fee, id, { isUnnamed: how === 'UNNAMED' })]
}

async function moveAll(stage: RailsStage, transfers: readonly Transfer[]): Promise<Payment[]> {
  const purse = await stage.purseWith(INITIAL)
  const process = stage.process()
  const taken: Payment[] = []
  for (const [at, { type, minor, fault }] of transfers.entries()) {
    const order = orderOf(purse, `k${at}`, minor, { type, remittance: `SANDBOX ${fault}` } as const)
    taken.push(takenOnBy(await process.flow.create(stage.books, order)))
  }
  for (const ms of [0, 2_000, 31_000, 62_000, 2_000]) {
    stage.clock.advance(ms)
    await process.turn()
    await stage.sweep(process)
  }
  return taken
}

test('a settlement brings the books to what the bank has, fees included, and reconciliation finds all of it', async () => {
  const met = new Set<string>()
  await fc.assert(
    fc.asyncProperty(schedule, fc.array(transfer, { minLength: 1, maxLength: 5 }), async (charges, transfers) => {
      await using stage = await setRailsStage({ RAIL_FEES: railFees.parse(textOf(charges)) })
      let [moved, fees] = [0n, 0n]
      const entries: BankEntry[] = []
      for (const [at, payment] of (await moveAll(stage, transfers)).entries()) {
        const { amount, completedAt, refundedMinor, type } = await stage.payment(payment.id)
        if (completedAt === null) continue
        const { id } = (await stage.instructionOf(payment)).instruction
        const fee = chargedFor(amount.minor, charges)
        const minor = type === 'WITHDRAWAL' ? -amount.minor : amount.minor
        const how = transfers[at]?.booked ?? 'WITHIN'
        entries.push(...entriesOf(minor, fee, id, how))
        // What comes back is free, and what was charged for it is not given back.
        if (refundedMinor > 0n) entries.push(entryOf(minor < 0n ? refundedMinor : -refundedMinor, id))
        moved += minor + (minor < 0n ? refundedMinor : -refundedMinor)
        fees += fee
        met.add(`${type} ${fee === 0n ? 'FREE' : how}`)
        met.add(refundedMinor > 0n ? 'RETURNED' : 'KEPT')
      }
      if (entries.length === 0) return
      const found = await reconcile(stage, statement(stage, entries))
      expect(found.filter((item) => !item.startsWith('MATCHED SETTLED'))).toEqual([])
      stage.clock.advance(4 * 86_400_000)
      await settleAll(stage, stage.process({ settings: { RAIL_FEES: new Map() } }))
      const { WALLET, RAIL_CLEARING = 0n, FUNDING, BANK_FEES = 0n, SUSPENSE = 0n, difference } = await booksOf(stage)
      expect({ WALLET, RAIL_CLEARING, FUNDING, BANK_FEES, SUSPENSE, difference }).toEqual({
        WALLET: INITIAL + moved,
        RAIL_CLEARING: 0n,
        FUNDING: -(INITIAL + moved - fees),
        BANK_FEES: -fees,
        SUSPENSE: 0n,
        difference: 0n,
      })
      await expectSoundPayments(stage.database)
    }),
    { numRuns: 20, seed: 20_261_122 },
  )
  for (const each of ['WITHDRAWAL WITHIN', 'WITHDRAWAL BESIDE', 'WITHDRAWAL UNNAMED', 'DEPOSIT BESIDE', 'RETURNED'])
    expect(met).toContain(each)
})
