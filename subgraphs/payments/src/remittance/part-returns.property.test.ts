// Parts of any size that come back in any order and more than once, people who decide on them meanwhile, and processes that
// die: debited is delivered and fees and spread, and what is delivered is with the beneficiary, suspended, or decided on.

import { newId } from '@carriergraph/shared/ids.ts'
import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRemittance } from '../db/remittances.ts'
import { findUnapplied } from '../db/unapplied-money.ts'
import { silent } from '../testing/payments-database.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { carryOutPending } from '../unapplied/carry-out.ts'
import { approveResolution, requestResolution } from '../unapplied/decide.ts'
import type { Remittance } from './remittance.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('part' as const),
      percent: fc.integer({ min: 1, max: 60 }),
      which: fc.nat({ max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('request', 'approve'), which: fc.nat({ max: 2 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('post', 'die before', 'die after', 'sweep'), which: fc.constant(0) }),
  },
)
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never

const [ADA, BRUNO] = [newId('usr'), newId('usr')]
const by = (personId: typeof ADA) => ({
  personId,
  provenance: { actor: personId, correlationId: 'c', now: stage.clock() },
})

/** The ledger, with a process that dies at it. */
const dying = (kind: string) => ({
  async post(order: Parameters<ReturnType<typeof stage.ledgers.of>['post']>[0]): Promise<Posting> {
    if (kind === 'die after') await stage.ledgers.of(stage.books).post(order)
    throw new Error('died')
  },
})

async function act({ id, deliveredMinor }: Remittance, step: Action): Promise<unknown> {
  const { db } = stage.books
  switch (step.kind) {
    case 'part': {
      const minor = (deliveredMinor * BigInt('percent' in step ? step.percent : 0)) / 100n
      const amount = money(minor, 'USD')
      return stage.tell(id, { kind: 'RETURN', amount, reason: undefined, reference: `part ${step.which}` })
    }
    case 'request':
    case 'approve': {
      const found = (await findUnapplied(db, [id]))[step.which]
      if (found === undefined) return undefined
      const wanted = { id: found.id, resolution: 'WRITTEN_OFF', walletId: undefined, reason: 'Why not.' } as const
      return step.kind === 'request'
        ? requestResolution(db, wanted, by(ADA))
        : approveResolution(db, { id: found.id }, by(BRUNO))
    }
    case 'sweep':
      return stage.sweep()
    case 'post':
      return stage.post()
    default:
      return carryOutPending({ db, ledger: dying(step.kind), clock: stage.clock, log: silent })
  }
}

const met = new Set<string>()

test('whatever comes back and whoever decides, every cent of a remittance has one place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (actions) => {
      const sender = await stage.purseWith(100_000n)
      const quote = await stage.quoteFor(sender, { source: 'EUR', target: 'USD', debited: 100_000n })
      const before = await stage.operatorBalances()
      const answer = await stage.flow().create(stage.books, requestOf(sender, quote.id))
      if (!answer.ok) throw new Error(answer.code)
      await stage.runRail()
      stage.clock.advance(1_000)
      await stage.runRail()
      for (const step of actions) await act(answer.value, step)
      for (const _ of [1, 2]) {
        await stage.sweep()
        await stage.post()
      }
      await expectEveryCent(answer.value.id, before)
      expect(await stage.balanceOf(sender.walletId)).toBe(met.has(`${answer.value.id} REFUNDED`) ? 100_000n : 0n)
    }),
    { numRuns: 40, seed: 20_261_122 },
  )
  await expectSoundLedger(stage.database)
  for (const end of ['COMPLETED', 'REFUNDED', 'OPEN', 'WRITTEN_OFF']) expect(met).toContain(end)
}, 240_000)

async function expectEveryCent(id: Remittance['id'], before: Record<string, bigint>): Promise<void> {
  const remittance = await findRemittance(stage.books.db, id)
  const { status, feesMinor, deliveredAtMidMinor, spreadMinor, roundingMinor, deliveredMinor, debitedMinor } =
    remittance
  const isRefunded = status === 'REFUNDED'
  let [suspended, writtenOff, inCases] = [0n, 0n, 0n]
  for (const { amount, state, resolution } of await findUnapplied(stage.books.db, [id])) {
    met.add(resolution ?? state)
    if (resolution === 'REFUNDED') continue
    inCases += amount.minor
    if (state === 'RESOLVED') writtenOff += amount.minor
    else suspended += amount.minor
  }
  met.add(status)
  met.add(`${id} ${status}`)
  const refundedMinor = remittance.returnedMinor ?? 0n
  const instruction = await stage.returnedOf(id)
  // All that has come back is in the refund, or in a case, once.
  expect({ id, back: refundedMinor + inCases }).toEqual({ id, back: instruction })
  expect(debitedMinor).toBe(deliveredAtMidMinor + feesMinor + spreadMinor + roundingMinor)
  const inSource = isRefunded
    ? {}
    : { 'FX EUR': deliveredAtMidMinor, 'FEE_INCOME EUR': feesMinor, 'FX_INCOME EUR': spreadMinor + roundingMinor }
  const expected: Record<string, bigint> = {
    ...inSource,
    'FX USD': isRefunded ? 0n : -deliveredMinor,
    'RAIL_CLEARING USD': deliveredMinor - instruction,
    'SUSPENSE USD': suspended,
    'WRITE_OFFS USD': writtenOff,
    'BANK_FEES USD': isRefunded ? refundedMinor - deliveredMinor : 0n,
  }
  const after = await stage.operatorBalances()
  const gained = Object.keys({ ...expected, ...before, ...after }).map((key) => [
    key,
    (after[key] ?? 0n) - (before[key] ?? 0n),
  ])
  const nonZero = (all: [string, bigint][]) => Object.fromEntries(all.filter(([, minor]) => minor !== 0n))
  expect(nonZero(gained as [string, bigint][])).toEqual(nonZero(Object.entries(expected)))
}
