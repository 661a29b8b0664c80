import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, type RISK_DECISIONS, type RiskAnswer, waitsForRisk } from './decide.ts'
import type { PaymentType } from './payment.ts'

const LIMIT = new Decimal('50.00')
const explanation = { rule: 'risk.none', summary: 'No rule fired.', inputs: [], counterfactual: 'More payments.' }
const assessed = (decision: (typeof RISK_DECISIONS)[number]): RiskAnswer => ({
  kind: 'ASSESSED',
  decision,
  explanation,
})
const late: RiskAnswer = { kind: 'ABSENT', absence: 'DEADLINE' }
const eur = (minor: bigint): Money => ({ minor, currency: 'EUR' })

test.each([
  ['APPROVE', 'AUTHORISED', undefined],
  ['REVIEW', 'REVIEW', undefined],
  ['DECLINE', 'FAILED', 'DECLINED_BY_RISK'],
] as const)('follows %s to %s with the explanation of risk', (decision, status, failure) => {
  const verdict = decide(eur(1_000_000n), assessed(decision), LIMIT)
  expect(verdict).toMatchObject({ status, decision: { source: 'RISK', explanation } })
  expect('failure' in verdict ? verdict.failure.code : undefined).toBe(failure)
})

test.each<[string, Money, RiskAnswer, string, string]>([
  ['the limit itself', eur(5_000n), late, 'AUTHORISED', 'payments.fallback.small_amount'],
  ['one cent above the limit', eur(5_001n), late, 'REVIEW', 'payments.fallback.review'],
  ['50 yen', { minor: 50n, currency: 'JPY' }, late, 'AUTHORISED', 'payments.fallback.small_amount'],
  ['51 yen', { minor: 51n, currency: 'JPY' }, late, 'REVIEW', 'payments.fallback.review'],
  ['50.000 dinars', { minor: 50_000n, currency: 'KWD' }, late, 'AUTHORISED', 'payments.fallback.small_amount'],
  ['50.001 dinars', { minor: 50_001n, currency: 'KWD' }, late, 'REVIEW', 'payments.fallback.review'],
  [
    'a cent, risk being down',
    eur(1n),
    { kind: 'ABSENT', absence: 'UNREACHABLE' },
    'AUTHORISED',
    'payments.fallback.small_amount',
  ],
  [
    'a cent, risk talking nonsense',
    eur(1n),
    { kind: 'ABSENT', absence: 'BAD_ANSWER' },
    'AUTHORISED',
    'payments.fallback.small_amount',
  ],
  [
    'a cent of a payer whom risk does not know',
    eur(1n),
    { kind: 'REFUSED', code: 'USER_NOT_FOUND' },
    'REVIEW',
    'payments.fallback.review',
  ],
])('falls back for %s', (_, amount, answer, status, rule) => {
  expect(decide(amount, answer, LIMIT)).toMatchObject({
    status,
    decision: { source: 'FALLBACK', explanation: { rule } },
  })
})

test.each<[PaymentType, RiskAnswer, boolean]>([
  ['WITHDRAWAL', late, true],
  ['WITHDRAWAL', { kind: 'ABSENT', absence: 'UNREACHABLE' }, true],
  ['WITHDRAWAL', { kind: 'ABSENT', absence: 'BAD_ANSWER' }, true],
  ['WITHDRAWAL', { kind: 'REFUSED', code: 'OVERLOADED' }, true],
  ['WITHDRAWAL', { kind: 'REFUSED', code: 'PAYMENT_MISMATCH' }, false],
  ['TRANSFER', late, false],
  ['TRANSFER', { kind: 'REFUSED', code: 'OVERLOADED' }, true],
  ['TRANSFER', { kind: 'REFUSED', code: 'PAYMENT_MISMATCH' }, false],
  ['TOP_UP', late, false],
  ['TOP_UP', { kind: 'REFUSED', code: 'OVERLOADED' }, true],
  ['DEPOSIT', late, false],
])('a %s with the answer %j waits for risk: %s', (type, answer, waits) => {
  expect(waitsForRisk({ type }, answer)).toBe(waits)
})

test('a fallback explains itself with what it looked at', () => {
  expect(decide(eur(1_250n), late, LIMIT).decision.explanation).toEqual({
    rule: 'payments.fallback.small_amount',
    summary: 'Risk did not answer in time; 12.50 EUR is within the limit for going through without an assessment.',
    inputs: [
      { name: 'risk', value: 'did not answer in time' },
      { name: 'amount', value: '12.50 EUR' },
      { name: 'fallback_limit', value: '50 EUR' },
    ],
    counterfactual: 'Above 50 EUR it would have waited for review.',
  })
})

test.each<[string, RiskAnswer, string]>([
  ['did not answer in time', late, 'Up to 50 EUR it would have gone through, and above that with an approval by risk.'],
  [
    'could not be reached',
    { kind: 'ABSENT', absence: 'UNREACHABLE' },
    'Up to 50 EUR it would have gone through, and above that with an approval by risk.',
  ],
  [
    'answered with something else than an assessment',
    { kind: 'ABSENT', absence: 'BAD_ANSWER' },
    'Up to 50 EUR it would have gone through, and above that with an approval by risk.',
  ],
  // Whatever the amount: the limit is for a risk that is silent.
  [
    'refused to assess it (USER_NOT_FOUND)',
    { kind: 'REFUSED', code: 'USER_NOT_FOUND' },
    'With an approval by risk it would have gone through.',
  ],
])(
  'a payment that waits because risk %s says so, and what would have let it through',
  (risk, answer, counterfactual) => {
    expect(decide(eur(5_001n), answer, LIMIT).decision).toEqual({
      source: 'FALLBACK',
      explanation: {
        rule: 'payments.fallback.review',
        summary: `Risk ${risk}, so a person decides on 50.01 EUR.`,
        inputs: [
          { name: 'risk', value: risk },
          { name: 'amount', value: '50.01 EUR' },
          { name: 'fallback_limit', value: '50 EUR' },
        ],
        counterfactual,
      },
    })
  },
)

test('a decline says that risk declined', () => {
  expect(decide(eur(1n), assessed('DECLINE'), LIMIT)).toMatchObject({
    failure: { code: 'DECLINED_BY_RISK', message: 'Risk declined the payment.' },
  })
})

test('a limit of zero sends every payment without an assessment to review', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }), (minor) => {
      expect(decide(eur(minor), late, new Decimal(0)).status).toBe('REVIEW')
    }),
  )
})

test('without an assessment a payment never fails and never passes above the limit', () => {
  const answer = fc.oneof(
    fc.constantFrom<RiskAnswer>(late, { kind: 'ABSENT', absence: 'UNREACHABLE' }, { kind: 'REFUSED', code: 'X' }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 20_000n }), answer, (minor, given) => {
      const { status } = decide(eur(minor), given, LIMIT)
      expect(status).toBe(given.kind === 'ABSENT' && minor <= 5_000n ? 'AUTHORISED' : 'REVIEW')
    }),
  )
})
