import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assess } from './assess.ts'
import { euroValue } from './euro.ts'
import { KYC_STATUSES } from './kyc.ts'
import type { Facts } from './rules.ts'

const ordinary: Facts = {
  amountEuro: new Decimal(20),
  kycStatus: 'VERIFIED',
  paymentsNearby: 0,
  earlierPayments: 10,
  averageEuro: new Decimal(25),
}

it.each<[string, Partial<Facts>, string]>([
  ['an ordinary payment', {}, 'APPROVE 0'],
  ['an unknown payer', { kycStatus: null }, 'DECLINE 100 payer.unknown'],
  ['a rejected identity', { kycStatus: 'REJECTED' }, 'DECLINE 100 kyc.rejected'],
  ['50 EUR, identity pending', { kycStatus: 'PENDING', amountEuro: new Decimal(50) }, 'APPROVE 0'],
  ['50.01 EUR, identity pending', { kycStatus: 'PENDING', amountEuro: new Decimal('50.01') }, 'REVIEW 40 kyc.pending'],
  ['1,000 EUR of who pays as much', { amountEuro: new Decimal(1000), averageEuro: new Decimal(900) }, 'APPROVE 0'],
  ['1,000.01 EUR', { amountEuro: new Decimal('1000.01'), averageEuro: new Decimal(900) }, 'REVIEW 40 amount.large'],
  ['10,000 EUR', { amountEuro: new Decimal(10_000), averageEuro: new Decimal(9000) }, 'REVIEW 40 amount.large'],
  [
    '10,000.01 EUR',
    { amountEuro: new Decimal('10000.01'), averageEuro: new Decimal(9000) },
    'DECLINE 80 amount.very_large',
  ],
  ['a currency without a rate', { amountEuro: null }, 'REVIEW 40 currency.unpriced'],
  [
    'a currency without a rate, identity pending',
    { amountEuro: null, kycStatus: 'PENDING' },
    'DECLINE 80 kyc.pending currency.unpriced',
  ],
  [
    'much, identity pending: most points first',
    { kycStatus: 'PENDING', amountEuro: new Decimal(10_001), averageEuro: new Decimal(9000) },
    'DECLINE 100 amount.very_large kyc.pending',
  ],
  ['the 20th payment in 10 minutes', { paymentsNearby: 19 }, 'APPROVE 0'],
  ['the 21st payment in 10 minutes', { paymentsNearby: 20 }, 'REVIEW 40 velocity.10m'],
  ['five times the average', { amountEuro: new Decimal(125) }, 'APPROVE 0'],
  ['more than five times the average', { amountEuro: new Decimal('125.01') }, 'APPROVE 20 amount.unusual'],
  ['the same with little history', { amountEuro: new Decimal('125.01'), earlierPayments: 4 }, 'APPROVE 0'],
  ['100 EUR of who pays little', { amountEuro: new Decimal(100), averageEuro: new Decimal(1) }, 'APPROVE 0'],
  [
    '100.01 EUR of who pays little',
    { amountEuro: new Decimal('100.01'), averageEuro: new Decimal(1) },
    'APPROVE 20 amount.unusual',
  ],
  [
    'a pending identity in a hurry',
    { kycStatus: 'PENDING', amountEuro: new Decimal(60), paymentsNearby: 30 },
    'DECLINE 80 kyc.pending velocity.10m',
  ],
])('%s: %s gives %s', (_, changes, expected) => {
  const { decision, score, ruleHits } = assess({ ...ordinary, ...changes })
  expect([decision, score, ...ruleHits.map((hit) => hit.rule)].join(' ')).toBe(expected)
})

const facts = fc.record({
  amountEuro: fc.option(fc.integer({ min: 1, max: 5_000_000 }).map((cents) => new Decimal(cents).div(100))),
  kycStatus: fc.option(fc.constantFrom(...KYC_STATUSES)),
  paymentsNearby: fc.nat(100),
  earlierPayments: fc.nat(20),
  averageEuro: fc.option(fc.integer({ min: 1, max: 100_000 }).map((cents) => new Decimal(cents).div(100))),
})

it('always explains itself: the score is the capped sum of its hits, and the explanation names each of them', () => {
  fc.assert(
    fc.property(facts, (given) => {
      const { score, ruleHits, explanation } = assess(given)
      expect(score).toBe(
        Math.min(
          100,
          ruleHits.reduce((sum, { points }) => sum + points, 0),
        ),
      )
      expect(explanation.inputs.map(({ name }) => name)).toEqual(['score', ...ruleHits.map(({ rule }) => rule)])
      expect(ruleHits.every((hit) => hit.explanation.counterfactual.length > 0)).toBe(true)
    }),
  )
})

it('never approves more readily because more payments were made', () => {
  fc.assert(
    fc.property(facts, fc.nat(100), (given, more) => {
      const busier = { ...given, paymentsNearby: given.paymentsNearby + more }
      expect(assess(busier).score).toBeGreaterThanOrEqual(assess(given).score)
    }),
  )
})

it.each<[string, Partial<Facts>, string, string]>([
  ['an approval', {}, 'No rule fired.', 'From a score of 40 a person would have to look.'],
  [
    'an approval with points',
    { amountEuro: new Decimal(126) },
    'The score is below 40: amount.unusual.',
    'From a score of 40 a person would have to look.',
  ],
  [
    'a review',
    { amountEuro: null },
    'The score is 40 or more: currency.unpriced.',
    'Below a score of 40 it would be approved.',
  ],
  [
    'a refusal',
    { kycStatus: 'REJECTED' },
    'The score is 80 or more: kyc.rejected.',
    'Below a score of 80 it would be reviewed or approved.',
  ],
])('explains %s by the limit that decided', (_, changes, summary, counterfactual) => {
  expect(assess({ ...ordinary, ...changes }).explanation).toMatchObject({ summary, counterfactual })
})

/** What a rule says of these facts: its sentence, then the values that it looked at. */
function saidBy(rule: string, changes: Partial<Facts>): string | undefined {
  const explanation = assess({ ...ordinary, ...changes }).ruleHits.find((hit) => hit.rule === rule)?.explanation
  return explanation && [explanation.summary, ...explanation.inputs.map(({ value }) => value)].join(' ')
}

it.each([
  [20, 'The payer has made 20 payments within 10 minutes of this one. 20'],
  [199, 'The payer has made 199 payments within 10 minutes of this one. 199'],
  [200, 'The payer has made at least 200 payments within 10 minutes of this one. at least 200'],
])('says of %i payments no more than was counted', (paymentsNearby, expected) => {
  expect(saidBy('velocity.10m', { paymentsNearby })).toBe(expected)
})

it('shows as many digits of an amount as it takes to see that it is above the limit', () => {
  const amountEuro = euroValue({ minor: 9338n, currency: 'JPY' })
  expect(saidBy('kyc.pending', { kycStatus: 'PENDING', amountEuro })).toMatch(/above 50 EUR\. PENDING 50\.002677$/)
})

it('does not claim to know an amount without a reference rate', () => {
  const said = saidBy('kyc.pending', { kycStatus: 'PENDING', amountEuro: null })
  expect(said).toBe("The payer's identity is not verified yet and the amount may be above 50 EUR. PENDING unknown")
})

it('never calls an amount above a limit and shows one that is not', () => {
  const limits: Readonly<Record<string, number>> = {
    'kyc.pending': 50,
    'amount.large': 1_000,
    'amount.very_large': 10_000,
  }
  const nearLimit = fc.record({
    currency: fc.constantFrom(...MINOR_PER_EURO),
    limit: fc.constantFrom(...Object.values(limits)),
    above_minor: fc.bigInt(-3n, 3n),
  })
  fc.assert(
    fc.property(nearLimit, ({ currency: [currency, perEuro], limit, above_minor }) => {
      const minor = BigInt(new Decimal(perEuro).times(limit).floor().toFixed()) + above_minor
      const { ruleHits } = assess({ ...ordinary, kycStatus: 'PENDING', amountEuro: euroValue({ minor, currency }) })
      for (const { rule, explanation } of ruleHits.filter(({ rule }) => rule in limits)) {
        const shown = explanation.inputs.find(({ name }) => name === 'amount_eur')?.value ?? ''
        expect(new Decimal(shown).greaterThan(limits[rule] ?? 0)).toBe(true)
      }
    }),
  )
})

/** Minor units for one euro, by the table of `euroValue`. */
const MINOR_PER_EURO = [
  ['EUR', '100'],
  ['JPY', '186.75'],
  ['IDR', '2008205'],
  ['TRY', '5224.78'],
] as const
