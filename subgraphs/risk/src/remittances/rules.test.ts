// The rules against money laundering at their exact limits: a line is what was done, and what comes of it.

import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countryReasons } from '../compliance/country-risk.ts'
import { byGravity, decisionOf, type Effect, REASON_CODES, type Reason, type ReasonCode } from '../compliance/reason.ts'
import { historyReasons, isJustBelow, type SenderHistory } from './history-rules.ts'
import { kycReason } from './kyc.ts'
import { senderNotice } from './notice.ts'
import { CONTRADICTIONS, PURPOSES, purposeReasons, SOURCES } from './purpose.ts'

const usd = (amount: string | number) => new Decimal(amount)
const effects = (reasons: readonly (Reason | null)[]) =>
  reasons.flatMap((reason) => (reason === null ? [] : [`${reason.code} ${reason.effect}`]))

const CALM: SenderHistory = {
  count: 1,
  sumUsd: usd(100),
  justBelowCount: 0,
  justBelowUsd: usd(0),
  unreportedCount: 1,
  unreportedUsd: usd(100),
  beneficiaries: 1,
}

describe('the history of a sender', () => {
  it.each<[string, Partial<SenderHistory>, string, string[]]>([
    ['nothing', {}, '100', []],
    ['5 in a day', { count: 5 }, '100', []],
    ['6 in a day', { count: 6 }, '100', ['VELOCITY REVIEW']],
    ['10 in a day', { count: 10 }, '100', ['VELOCITY REVIEW']],
    ['11 in a day', { count: 11 }, '100', ['VELOCITY DECLINE']],
    ['30,000 in 30 days', { sumUsd: usd(30_000) }, '100', []],
    ['a trifle more', { sumUsd: usd('30000.000001') }, '100', ['SUM_30_DAYS REVIEW']],
    ['100,000 in 30 days', { sumUsd: usd(100_000) }, '100', ['SUM_30_DAYS REVIEW']],
    ['a cent more', { sumUsd: usd('100000.01') }, '100', ['SUM_30_DAYS DECLINE']],
    ['4 beneficiaries', { beneficiaries: 4 }, '100', []],
    ['5 beneficiaries', { beneficiaries: 5 }, '100', ['MANY_BENEFICIARIES REVIEW']],
    ['1 just below', { justBelowCount: 1, justBelowUsd: usd(9_999) }, '9999', []],
    ['2 just below', { justBelowCount: 2, justBelowUsd: usd(16_000) }, '8000', ['STRUCTURING REVIEW']],
    [
      '2 just below at the threshold',
      { justBelowCount: 2, justBelowUsd: usd(20_000) },
      '10000',
      ['STRUCTURING REVIEW'],
    ],
    ['2 just below before a small one', { justBelowCount: 2, justBelowUsd: usd(16_000) }, '7999.99', []],
    ['2 just below before one that is reported', { justBelowCount: 2, justBelowUsd: usd(16_000) }, '10000.01', []],
    ['10,000 in a day', { unreportedCount: 3, unreportedUsd: usd(10_000) }, '4000', []],
    ['a cent more', { unreportedCount: 3, unreportedUsd: usd('10000.01') }, '4000', ['STRUCTURING REVIEW']],
    ['as much before one that is reported', { unreportedCount: 2, unreportedUsd: usd(12_000) }, '10000.01', []],
    [
      'both kinds of structuring, which are one reason',
      { justBelowCount: 2, justBelowUsd: usd(16_000), unreportedCount: 2, unreportedUsd: usd(16_000) },
      '8000',
      ['STRUCTURING REVIEW'],
    ],
    [
      'all at once',
      { count: 11, sumUsd: usd(100_001), beneficiaries: 5, justBelowCount: 2, justBelowUsd: usd(16_000) },
      '8000',
      ['STRUCTURING REVIEW', 'VELOCITY DECLINE', 'SUM_30_DAYS DECLINE', 'MANY_BENEFICIARIES REVIEW'],
    ],
  ])('%s: %j before %s USD', (_, history, amount, expected) => {
    expect(effects(historyReasons(usd(amount), { ...CALM, ...history }))).toEqual(expected)
  })

  it.each([
    ['7999.999999', false],
    ['8000', true],
    ['10000', true],
    ['10000.000001', false],
  ])('%s USD is just below the threshold: %s', (amount, expected) => {
    expect(isJustBelow(usd(amount))).toBe(expected)
  })

  it('never becomes better by more of anything', () => {
    const grave = { REVIEW: 1, DECLINE: 2 } as const
    const total = (history: SenderHistory) =>
      historyReasons(usd(9_000), history).reduce((sum, { effect }) => sum + grave[effect], 0)
    const count = fc.integer({ min: 1, max: 20 })
    const amount = fc.integer({ min: 0, max: 200_000 })
    fc.assert(
      fc.property(
        count,
        amount,
        count,
        count,
        fc.constantFrom('count', 'sumUsd', 'beneficiaries'),
        (n, sum, below, many, more) => {
          const history = {
            ...CALM,
            count: n,
            sumUsd: usd(sum),
            beneficiaries: many,
            justBelowCount: below,
            justBelowUsd: usd(9_000 * below),
          }
          const grown = more === 'sumUsd' ? { sumUsd: usd(sum + 1_000) } : { [more]: history[more] + 1 }
          expect(total({ ...history, ...grown })).toBeGreaterThanOrEqual(total(history))
        },
      ),
    )
  })
})

describe('purpose and source of funds', () => {
  const ask = (amount: string, purpose: string, sourceOfFunds: string) =>
    effects(purposeReasons(usd(amount), { purpose, sourceOfFunds }))

  it.each<[string, string, string, string[]]>([
    ['10000', 'FAMILY_SUPPORT', 'SALARY', []],
    ['10000.01', 'FAMILY_SUPPORT', 'SALARY', ['PURPOSE_UNUSUAL REVIEW']],
    ['5000', 'GIFT', 'SAVINGS', []],
    ['5000.01', 'GIFT', 'SAVINGS', ['PURPOSE_UNUSUAL REVIEW']],
    ['1000000', 'PROPERTY', 'INHERITANCE', []],
    ['2000', 'RENT', 'BENEFITS', []],
    ['2000.01', 'RENT', 'BENEFITS', ['SOURCE_UNUSUAL REVIEW']],
    ['3000', 'RENT', 'CASH', []],
    ['3000.01', 'RENT', 'CASH', ['SOURCE_UNUSUAL REVIEW']],
    ['10000', 'PROPERTY', 'CASH', ['SOURCE_UNUSUAL REVIEW']],
    ['10000.01', 'PROPERTY', 'CASH', ['SOURCE_UNUSUAL DECLINE']],
    ['1000', 'OTHER', 'SALARY', []],
    ['1000.01', 'OTHER', 'SALARY', ['PURPOSE_UNUSUAL REVIEW']],
    ['10000.01', 'OTHER', 'SALARY', ['PURPOSE_UNUSUAL DECLINE']],
    ['10000.01', 'whatever', 'toString', ['PURPOSE_UNUSUAL DECLINE', 'SOURCE_UNUSUAL DECLINE']],
    ['1', 'GIFT', 'LOAN', ['PURPOSE_CONTRADICTS_SOURCE REVIEW']],
    ['5000.01', 'GIFT', 'LOAN', ['PURPOSE_UNUSUAL REVIEW', 'PURPOSE_CONTRADICTS_SOURCE REVIEW']],
  ])('%s USD for %s from %s: %j', (amount, purpose, source, expected) => {
    expect(ask(amount, purpose, source)).toEqual(expected)
  })

  it('are known by the names that the contract lists', () => {
    expect(CONTRADICTIONS.flatMap(([purpose, source]) => [PURPOSES[purpose], SOURCES[source]])).not.toContain(undefined)
  })
})

it.each([
  ['KP', null, ['COUNTRY_COUNTERMEASURES DECLINE']],
  ['IR', null, ['COUNTRY_COUNTERMEASURES DECLINE']],
  ['IR', 'IR', ['COUNTRY_COUNTERMEASURES DECLINE']],
  ['MM', null, ['COUNTRY_HIGH_RISK REVIEW']],
  ['KE', null, []],
  ['US', 'KE', []],
  ['FR', 'IR', ['COUNTRY_COUNTERMEASURES DECLINE']],
  ['FR', 'MM', ['COUNTRY_HIGH_RISK REVIEW']],
  ['MM', 'KP', ['COUNTRY_HIGH_RISK REVIEW', 'COUNTRY_COUNTERMEASURES DECLINE']],
])('a beneficiary in %s with an account in %s: %j', (country, bankCountry, expected) => {
  const places = [
    { name: 'beneficiary_country', country },
    { name: 'bank_country', country: bankCountry },
  ] as const
  expect(effects(countryReasons(places))).toEqual(expected)
})

it.each([
  [null, 'SENDER_UNKNOWN DECLINE'],
  ['PENDING', 'KYC_PENDING DECLINE'],
  ['REJECTED', 'KYC_REJECTED DECLINE'],
  ['VERIFIED', undefined],
] as const)('a sender whose verification is %s: %s', (status, expected) => {
  expect(effects([kycReason(status)])[0]).toBe(expected)
})

describe('of several reasons', () => {
  const of = (code: ReasonCode, effect: Effect): Reason => ({
    code,
    effect,
    explanation: { rule: code, summary: '', inputs: [], counterfactual: '' },
  })

  it('the gravest effect decides, and comes first', () => {
    const reasons = [of('VELOCITY', 'REVIEW'), of('KYC_PENDING', 'DECLINE'), of('COUNTRY_HIGH_RISK', 'REVIEW')]
    expect(decisionOf([])).toBe('APPROVE')
    expect(decisionOf(reasons)).toBe('DECLINE')
    expect(decisionOf([of('VELOCITY', 'REVIEW')])).toBe('REVIEW')
    expect(effects(byGravity(reasons))).toEqual(['KYC_PENDING DECLINE', 'COUNTRY_HIGH_RISK REVIEW', 'VELOCITY REVIEW'])
  })

  it('the sender learns at most that an identity is to be verified', () => {
    const suspicions = REASON_CODES.filter((code) => !code.startsWith('KYC') && code !== 'SENDER_UNKNOWN')
    // Whatever was found, the words are the same: they cannot tell one suspicion from another.
    for (const decision of ['REVIEW', 'DECLINE'] as const)
      expect(new Set(suspicions.map((code) => JSON.stringify(senderNotice(decision, [{ code }])))).size).toBe(1)
    expect(senderNotice('DECLINE', [{ code: 'SANCTIONS_EXACT_MATCH' }, { code: 'KYC_PENDING' }])).toEqual(
      senderNotice('DECLINE', [{ code: 'KYC_PENDING' }]),
    )
    expect(senderNotice('APPROVE', [])).toBeNull()
  })
})
