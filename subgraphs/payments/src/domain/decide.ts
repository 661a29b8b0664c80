import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { formatAmount, type Money, toDecimal } from '@carriergraph/shared/money/money.ts'
import type { Payment } from './payment.ts'

/**
 * RISK: risk assessed it. FALLBACK: risk gave no assessment, and the declared fallback was used. REVIEW: a person decided,
 * in risk. REQUEST: it is a refund, which whoever may ask for one decides on by asking.
 */
export const DECISION_SOURCES = ['RISK', 'FALLBACK', 'REVIEW', 'REQUEST'] as const

/** What the ledger may answer to a payment that was authorised: others used the accounts in the meantime. */
export const LEDGER_FAILURES = {
  INSUFFICIENT_FUNDS: 'The wallet has less available than the amount.',
  ACCOUNT_FROZEN: 'The wallet, or the account that the money goes to, is frozen.',
  ACCOUNT_CLOSED: 'The wallet, or the account that the money goes to, is closed.',
  BALANCE_LIMIT_EXCEEDED: 'The account that the money goes to cannot hold that much.',
} as const satisfies Partial<Record<PostingCode, string>>

/** What ends a payment beside the ledger. */
export const OTHER_FAILURES = {
  DECLINED_BY_RISK: 'Risk declined the payment.',
  DECLINED_IN_REVIEW: 'The payment was reviewed and declined.',
  HOLD_RELEASED: 'What was held for the payment had been released in the ledger.',
  AUTHORISATION_EXPIRED: 'The payment was not captured in time; what was held is free again.',
} as const

/** Why a rail did not move the money: what its reason, an ISO 20022 code, comes to. */
export const RAIL_FAILURES = {
  BANK_ACCOUNT_INVALID: 'There is no such account at the bank.',
  BANK_ACCOUNT_CLOSED: 'The account at the bank is closed.',
  BANK_ACCOUNT_BLOCKED: 'The account at the bank is blocked.',
  DECLINED_FOR_FUNDS: 'The account or card has less than the amount.',
  NOT_ALLOWED_BY_BANK: 'The bank does not allow it for this account or card.',
  NOT_CARRIED_BY_RAIL: 'The rail does not carry such an instruction.',
  REJECTED_BY_BANK: 'The bank rejected it.',
} as const

/** Why a payment that was taken on may fail. */
export const FAILURE_CODES = [
  'DECLINED_BY_RISK',
  'DECLINED_IN_REVIEW',
  'AUTHORISATION_EXPIRED',
  'HOLD_RELEASED',
  'INSUFFICIENT_FUNDS',
  'ACCOUNT_FROZEN',
  'ACCOUNT_CLOSED',
  'BALANCE_LIMIT_EXCEEDED',
  'BANK_ACCOUNT_INVALID',
  'BANK_ACCOUNT_CLOSED',
  'BANK_ACCOUNT_BLOCKED',
  'DECLINED_FOR_FUNDS',
  'NOT_ALLOWED_BY_BANK',
  'NOT_CARRIED_BY_RAIL',
  'REJECTED_BY_BANK',
] as const satisfies readonly (
  | keyof typeof OTHER_FAILURES
  | keyof typeof LEDGER_FAILURES
  | keyof typeof RAIL_FAILURES
)[]
export type FailureCode = (typeof FAILURE_CODES)[number]

export const RISK_DECISIONS = ['APPROVE', 'REVIEW', 'DECLINE'] as const
export type RiskDecision = (typeof RISK_DECISIONS)[number]

/** Why there is no answer, and how an explanation words it. */
const ABSENCES = {
  DEADLINE: 'did not answer in time',
  UNREACHABLE: 'could not be reached',
  BAD_ANSWER: 'answered with something else than an assessment',
} as const

export type Absence = keyof typeof ABSENCES

/** What came of asking risk. REFUSED: it answered that it cannot assess this payment, with its own code. */
export type RiskAnswer =
  | { readonly kind: 'ASSESSED'; readonly decision: RiskDecision; readonly explanation: Explanation }
  | { readonly kind: 'REFUSED'; readonly code: string }
  | { readonly kind: 'ABSENT'; readonly absence: Absence }

export type PaymentDecision = {
  readonly source: (typeof DECISION_SOURCES)[number]
  readonly explanation: Explanation
}

export type PaymentFailure = { readonly code: FailureCode; readonly message: string }

export const failed = (code: keyof typeof OTHER_FAILURES): PaymentFailure => ({ code, message: OTHER_FAILURES[code] })

/** The state that a payment goes to. */
export type Verdict =
  | { readonly status: 'AUTHORISED' | 'REVIEW'; readonly decision: PaymentDecision }
  | { readonly status: 'FAILED'; readonly decision: PaymentDecision; readonly failure: PaymentFailure }

/**
 * Whether a payment waits until risk can be asked again. It was not screened, and nobody who decides on it in the place of risk
 * would see what screening finds. What leaves the graph waits while risk is silent, too: it is out of reach once it is gone.
 */
export const waitsForRisk = ({ type }: Pick<Payment, 'type'>, answer: RiskAnswer): boolean =>
  answer.kind === 'REFUSED' ? answer.code === 'OVERLOADED' : answer.kind === 'ABSENT' && type === 'WITHDRAWAL'

/**
 * What to do with a payment after risk was asked, unless it waits for risk.
 * @param fallbackLimit in major units of whatever currency the payment has: up to it, a payment goes through without
 * an assessment. A customer who cannot top up a phone costs more than the risk of so little.
 */
export function decide(amount: Money, answer: RiskAnswer, fallbackLimit: Decimal): Verdict {
  if (answer.kind === 'ASSESSED') return follow(answer.decision, answer.explanation)
  // Risk did answer: letting a small amount through would let a payer pass whom risk does not even know.
  if (answer.kind === 'REFUSED') {
    const approved = 'With an approval by risk it would have gone through.'
    return review(amount, `refused to assess it (${answer.code})`, fallbackLimit, approved)
  }
  const risk = ABSENCES[answer.absence]
  if (toDecimal(amount).lte(fallbackLimit)) return passSmallAmount(amount, risk, fallbackLimit)
  const limit = `${fallbackLimit.toFixed()} ${amount.currency}`
  const smaller = `Up to ${limit} it would have gone through, and above that with an approval by risk.`
  return review(amount, risk, fallbackLimit, smaller)
}

function follow(riskDecision: RiskDecision, explanation: Explanation): Verdict {
  const decision: PaymentDecision = { source: 'RISK', explanation }
  if (riskDecision === 'APPROVE') return { status: 'AUTHORISED', decision }
  if (riskDecision === 'REVIEW') return { status: 'REVIEW', decision }
  return { status: 'FAILED', decision, failure: failed('DECLINED_BY_RISK') }
}

const passSmallAmount = (amount: Money, risk: string, limit: Decimal): Verdict => ({
  status: 'AUTHORISED',
  decision: {
    source: 'FALLBACK',
    explanation: {
      rule: 'payments.fallback.small_amount',
      summary: `Risk ${risk}; ${inWords(amount)} is within the limit for going through without an assessment.`,
      inputs: inputsOf(amount, risk, limit),
      counterfactual: `Above ${limit.toFixed()} ${amount.currency} it would have waited for review.`,
    },
  },
})

const review = (amount: Money, risk: string, limit: Decimal, counterfactual: string): Verdict => ({
  status: 'REVIEW',
  decision: {
    source: 'FALLBACK',
    explanation: {
      rule: 'payments.fallback.review',
      summary: `Risk ${risk}, so a person decides on ${inWords(amount)}.`,
      inputs: inputsOf(amount, risk, limit),
      counterfactual,
    },
  },
})

const inputsOf = (amount: Money, risk: string, limit: Decimal): Explanation['inputs'] => [
  { name: 'risk', value: risk },
  { name: 'amount', value: inWords(amount) },
  { name: 'fallback_limit', value: `${limit.toFixed()} ${amount.currency}` },
]

const inWords = (amount: Money): string => `${formatAmount(amount)} ${amount.currency}`
