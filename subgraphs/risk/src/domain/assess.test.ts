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
  paymentsIn10Minutes: 0,
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
  ['the 20th payment in 10 minutes', { paymentsIn10Minutes: 19 }, 'APPROVE 0'],
  ['the 21st payment in 10 minutes', { paymentsIn10Minutes: 20 }, 'REVIEW 40 velocity.10m'],
  ['five times the average', { amountEuro: new Decimal(125) }, 'APPROVE 0'],
  ['more than five times the average', { amountEuro: new Decimal('125.01') }, 'APPROVE 20 amount.unusual'],
  ['the same with little history', { amountEuro: new Decimal('125.01'), earlierPayments: 4 }, 'APPROVE 0'],
  ['the same of small amounts', { amountEuro: new Decimal(99), averageEuro: new Decimal(1) }, 'APPROVE 0'],
  [
    'a pending identity in a hurry',
    { kycStatus: 'PENDING', amountEuro: new Decimal(60), paymentsIn10Minutes: 30 },
    'DECLINE 80 kyc.pending velocity.10m',
  ],
])('%s: %s gives %s', (_, changes, expected) => {
  const { decision, score, ruleHits } = assess({ ...ordinary, ...changes })
  expect([decision, score, ...ruleHits.map((hit) => hit.rule)].join(' ')).toBe(expected)
})

const facts = fc.record({
  amountEuro: fc.option(fc.integer({ min: 1, max: 5_000_000 }).map((cents) => new Decimal(cents).div(100))),
  kycStatus: fc.option(fc.constantFrom(...KYC_STATUSES)),
  paymentsIn10Minutes: fc.nat(100),
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
      const busier = { ...given, paymentsIn10Minutes: given.paymentsIn10Minutes + more }
      expect(assess(busier).score).toBeGreaterThanOrEqual(assess(given).score)
    }),
  )
})

it.each([
  [{ minor: 1000n, currency: 'EUR' }, '10'],
  [{ minor: 18675n, currency: 'JPY' }, '100'],
  [{ minor: 11684n, currency: 'USD' }, '100'],
] as const)('values %o at %s EUR', (amount, expected) => {
  expect(euroValue(amount)?.toFixed()).toBe(expected)
})

it('does not guess what a currency without a reference rate is worth', () => {
  expect(euroValue({ minor: 1000n, currency: 'AOA' })).toBeNull()
})
