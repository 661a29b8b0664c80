import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { euroText } from './euro.ts'
import type { KycStatus } from './kyc.ts'

/** What the rules know of a payment and its payer when they decide. Amounts are in euro, see `euroValue`. */
export type Facts = {
  /** Null where the currency has no reference rate. */
  readonly amountEuro: Decimal | null
  /** Null where risk knows no such user. */
  readonly kycStatus: KycStatus | null
  /**
   * Other payments of this payer, created less than VELOCITY_WINDOW_MINUTES before or after this one and assessed before
   * it: payments do not come in the order in which they were created. Counted up to PAYMENTS_COUNTED_MAX.
   */
  readonly paymentsNearby: number
  /** How many of the payer's latest approved payments the average is made of, at most 20. */
  readonly earlierPayments: number
  /** Average of those, to six digits; null where there are none. */
  readonly averageEuro: Decimal | null
}

export type RuleHit = {
  readonly rule: string
  readonly points: number
  readonly explanation: Explanation
}

/** Says nothing where it does not fire. */
type Rule = (facts: Facts) => RuleHit | null

const LARGE_EURO = 1_000
const VERY_LARGE_EURO = 10_000
const UNVERIFIED_EURO = 50
const VELOCITY_MAX = 20
export const VELOCITY_WINDOW_MINUTES = 10
/** Far above VELOCITY_MAX; so that a payer with a million payments costs no more than others. */
export const PAYMENTS_COUNTED_MAX = 200
const UNUSUAL_FACTOR = 5
const UNUSUAL_HISTORY_MIN = 5
/** Five times of very little is still little. */
const UNUSUAL_EURO_MIN = 100

function hit(points: number, explanation: Explanation): RuleHit {
  return { rule: explanation.rule, points, explanation }
}

const payerUnknown: Rule = ({ kycStatus }) =>
  kycStatus === null
    ? hit(100, {
        rule: 'payer.unknown',
        summary: 'The payer is not registered.',
        inputs: [],
        counterfactual: 'A registered payer would not be declined for this.',
      })
    : null

const identityRejected: Rule = ({ kycStatus }) =>
  kycStatus === 'REJECTED'
    ? hit(100, {
        rule: 'kyc.rejected',
        summary: "The verification of the payer's identity failed.",
        inputs: [{ name: 'kyc_status', value: 'REJECTED' }],
        counterfactual: 'With a verified identity the payment would not be declined for this.',
      })
    : null

const identityPending: Rule = ({ kycStatus, amountEuro }) =>
  kycStatus === 'PENDING' && (amountEuro === null || amountEuro.greaterThan(UNVERIFIED_EURO))
    ? hit(40, {
        rule: 'kyc.pending',
        summary: `The payer's identity is not verified yet and the amount ${amountEuro === null ? 'may be' : 'is'} above ${UNVERIFIED_EURO} EUR.`,
        inputs: [{ name: 'kyc_status', value: 'PENDING' }, amountInput(amountEuro)],
        counterfactual: `Up to ${UNVERIFIED_EURO} EUR, or with a verified identity, this rule would not fire.`,
      })
    : null

const amountVeryLarge: Rule = ({ amountEuro }) =>
  amountEuro?.greaterThan(VERY_LARGE_EURO)
    ? hit(80, {
        rule: 'amount.very_large',
        summary: `The amount is above ${VERY_LARGE_EURO} EUR.`,
        inputs: [amountInput(amountEuro)],
        counterfactual: `Up to ${VERY_LARGE_EURO} EUR this rule would not fire.`,
      })
    : null

const amountLarge: Rule = ({ amountEuro }) =>
  amountEuro?.greaterThan(LARGE_EURO) && !amountEuro.greaterThan(VERY_LARGE_EURO)
    ? hit(40, {
        rule: 'amount.large',
        summary: `The amount is above ${LARGE_EURO} EUR.`,
        inputs: [amountInput(amountEuro)],
        counterfactual: `Up to ${LARGE_EURO} EUR this rule would not fire.`,
      })
    : null

const currencyUnpriced: Rule = ({ amountEuro }) =>
  amountEuro === null
    ? hit(40, {
        rule: 'currency.unpriced',
        summary: 'There is no reference rate for the currency, so the size of the amount is not known.',
        inputs: [amountInput(amountEuro)],
        counterfactual: 'In a currency with a reference rate this rule would not fire.',
      })
    : null

const velocity: Rule = ({ paymentsNearby }) =>
  paymentsNearby >= VELOCITY_MAX
    ? hit(40, {
        rule: 'velocity.10m',
        summary: `The payer has made ${countText(paymentsNearby)} payments within ${VELOCITY_WINDOW_MINUTES} minutes of this one.`,
        inputs: [{ name: 'payments_within_10_minutes', value: countText(paymentsNearby) }],
        counterfactual: `With fewer than ${VELOCITY_MAX} this rule would not fire.`,
      })
    : null

const countText = (count: number): string => (count < PAYMENTS_COUNTED_MAX ? String(count) : `at least ${count}`)

const amountUnusual: Rule = ({ amountEuro, averageEuro, earlierPayments }) =>
  amountEuro !== null &&
  averageEuro !== null &&
  earlierPayments >= UNUSUAL_HISTORY_MIN &&
  amountEuro.greaterThan(UNUSUAL_EURO_MIN) &&
  amountEuro.greaterThan(averageEuro.times(UNUSUAL_FACTOR))
    ? hit(20, {
        rule: 'amount.unusual',
        summary: `The amount is more than ${UNUSUAL_FACTOR} times what the payer usually pays.`,
        inputs: [amountInput(amountEuro), { name: 'average_eur', value: euroText(averageEuro) }],
        counterfactual: `Up to ${euroText(averageEuro.times(UNUSUAL_FACTOR))} EUR this rule would not fire.`,
      })
    : null

const amountInput = (amountEuro: Decimal | null) => ({
  name: 'amount_eur',
  value: amountEuro === null ? 'unknown' : euroText(amountEuro),
})

/** The rules in force. Each looks at the facts alone; their points add up. */
export const RULES: readonly Rule[] = [
  payerUnknown,
  identityRejected,
  identityPending,
  amountVeryLarge,
  amountLarge,
  currencyUnpriced,
  velocity,
  amountUnusual,
]
