// Random amounts, currencies, prices, answers of risk, deaths between any two steps, calls at once, and all that a rail can do:
// money is neither made nor lost to the minor unit, and whoever does not get it delivered has what they had.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { trialBalance } from '@carriergraph/shared/ledger/trial-balance.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRemittance, findRemittanceTransitions } from '../db/remittances.ts'
import { published } from '../events.ts'
import { FAULTS } from '../rails/sandbox/fault.ts'
import { type Decision, dyingFlow, untilDeath } from '../testing/dying-flow.ts'
import { type RemittanceStage, requestOf, setRemittanceStage } from '../testing/remittance-stage.ts'
import { expectSoundLedger } from '../testing/sound-ledger.ts'
import { type Remittance, type RemittanceStatus, TRANSITIONS } from './remittance.ts'
import { applyRemittanceReview } from './review.ts'

let stage: RemittanceStage
beforeAll(async () => {
  stage = await setRemittanceStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

/** Of 2, 2, 0, 2 and 3 digits. */
const currency = fc.constantFrom<CurrencyCode>('EUR', 'USD', 'JPY', 'GBP', 'KWD')
/** The places where one call may die; most live. */
const death = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: 8 }) })

const run = fc.record({
  currencies: fc.tuple(currency, currency).filter(([source, target]) => source !== target),
  debited: fc.bigInt({ min: 200n, max: 600_000n }),
  prices: fc.record({
    spread_bps: fc.nat({ max: 1_000 }),
    fee_bps: fc.nat({ max: 1_000 }),
    fixedFeeEur: fc.constantFrom('0', '0.01', '1.00', '0.333').map((text) => new Decimal(text)),
  }),
  decision: fc.constantFrom<Decision>('APPROVE', 'APPROVE', 'APPROVE', 'APPROVE', 'REVIEW', 'DECLINE'),
  reviewed: fc.constantFrom('APPROVE', 'DECLINE' as const),
  fault: fc.constantFrom(...FAULTS),
  deaths: fc.array(death, { minLength: 1, maxLength: 8 }),
  atOnce: fc.boolean(),
})
type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

const ENDS: readonly RemittanceStatus[] = ['COMPLETED', 'REFUNDED', 'FAILED']

test('whatever happens, and wherever a process dies, the money is delivered or given back to the minor unit', async () => {
  const ended = new Set<RemittanceStatus>()
  await fc.assert(
    fc.asyncProperty(run, async (given) => {
      const [source, target] = given.currencies
      const purse = await stage.purseWith(given.debited + 12_345n, source)
      const quote = await stage.tryQuote(purse, { source, target, debited: given.debited }, given.prices)
      fc.pre(quote.ok)
      if (!quote.ok) return
      const before = await stage.operatorBalances()
      const request = requestOf(purse, quote.value.id, { message: `SANDBOX ${given.fault}` })
      // However often it is asked for, and wherever that dies, it is one remittance, as long as one call lives.
      for (const deathAt of given.deaths)
        await untilDeath(dyingFlow(stage, deathAt, given.decision).create(stage.books, request))
      const flows = [dyingFlow(stage, 0, given.decision), dyingFlow(stage, 0, given.decision)].slice(
        given.atOnce ? 0 : 1,
      )
      const answers = await Promise.all(flows.map((flow) => flow.create(stage.books, request)))
      const ids = new Set(answers.map((answer) => (answer.ok ? answer.value.id : answer.code)))
      expect(ids.size).toBe(1)
      const [answer] = answers
      if (answer === undefined || !answer.ok) throw new Error(answer?.message)
      await finish(answer.value.id, given)
      const remittance = await findRemittance(stage.books.db, answer.value.id)
      expect(ENDS).toContain(remittance.status)
      ended.add(remittance.status)
      expect(await stage.balanceOf(purse.walletId)).toBe(
        given.debited + 12_345n - (remittance.status === 'COMPLETED' ? given.debited : 0n),
      )
      await expectExactBooks(remittance, before)
      await expectLegalHistory(remittance)
    }),
    { numRuns: 60, seed: 20_261_121 },
  )
  await expectSoundLedger(stage.database)
  expect([...ended].sort()).toEqual([...ENDS].sort())
  await expectEveryEvent()
}, 240_000)

/** Rail, reviewer and resuming calls, which die as well, until there is nothing left to do. */
async function finish(id: Remittance['id'], { reviewed, deaths, decision }: Run): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    const { status } = await findRemittance(stage.books.db, id)
    if (status === 'REVIEW')
      await inTransaction(stage.books.db, (tx) =>
        applyRemittanceReview(
          tx,
          { remittanceId: id, decision: reviewed },
          { now: stage.clock(), actor: 'usr_reviewer' },
        ),
      )
    for (const deathAt of deaths) await untilDeath(dyingFlow(stage, deathAt, decision).resume(stage.books, id))
    await stage.runRail()
    stage.clock.advance(62_000)
  }
  await Promise.all([stage.sweep(), stage.sweep()])
}

/** What was debited is what was delivered at the mid rate, fees, spread and rounding, and each is where it belongs. */
async function expectExactBooks(remittance: Remittance, before: Record<string, bigint>): Promise<void> {
  const { status, sourceCurrency: source, targetCurrency: target } = remittance
  const { debitedMinor, feesMinor, deliveredAtMidMinor, spreadMinor, roundingMinor, deliveredMinor } = remittance
  expect(debitedMinor).toBe(deliveredAtMidMinor + feesMinor + spreadMinor + roundingMinor)
  const expected: Record<string, bigint> =
    status === 'COMPLETED'
      ? {
          [`FX ${source}`]: deliveredAtMidMinor,
          [`FEE_INCOME ${source}`]: feesMinor,
          [`FX_INCOME ${source}`]: spreadMinor + roundingMinor,
          [`FX ${target}`]: -deliveredMinor,
          [`RAIL_CLEARING ${target}`]: deliveredMinor,
        }
      : {}
  const after = await stage.operatorBalances()
  const moved = [...new Set([...Object.keys(before), ...Object.keys(after)])].map(
    (key) => [key, (after[key] ?? 0n) - (before[key] ?? 0n)] as const,
  )
  expect(Object.fromEntries(moved.filter(([, minor]) => minor !== 0n))).toEqual(
    Object.fromEntries(Object.entries(expected).filter(([, minor]) => minor !== 0n)),
  )
  const sums = new Map<string, bigint>()
  for (const { currency, creditMinor, debitMinor } of await trialBalance(stage.books.db))
    sums.set(currency, (sums.get(currency) ?? 0n) + creditMinor - debitMinor)
  expect([...sums.values()].every((sum) => sum === 0n)).toBe(true)
}

async function expectLegalHistory({ id, status, version }: Remittance): Promise<void> {
  const states = (await findRemittanceTransitions(stage.books.db, [id])).map((transition) => transition.status)
  const isLegal = states
    .slice(1)
    .every((to, index) => (TRANSITIONS[states[index] as RemittanceStatus] as readonly string[]).includes(to))
  expect({ isLegal, last: states.at(-1), length: states.length }).toEqual({
    isLegal: true,
    last: status,
    length: version,
  })
  const told = await stage.database.sql.system<{ data: { status: string } }[]>`
    select data from journal where aggregate_id = ${id} order by version`
  expect(told.map(({ data }) => data.status)).toEqual(states)
}

/** A run that reaches half of the states proves half of it; and every event says what is declared. */
async function expectEveryEvent(): Promise<void> {
  const rows = await stage.database.sql.system<{ type: string; data: unknown }[]>`
    select type, data from journal where aggregate_type = 'remittance'`
  const schemas: Record<string, { parse(data: unknown): unknown }> = published
  for (const { type, data } of rows) schemas[type]?.parse(data)
  const declared = Object.keys(published).filter((type) => type.startsWith('remittance.'))
  expect([...new Set(rows.map(({ type }) => type)), 'remittance.cancelled'].sort()).toEqual(declared.sort())
  // Nor does any of them say on which account, or who.
  expect(JSON.stringify(rows.map(({ data }) => data))).not.toMatch(/000123456789|Lovelace|6789/)
}
