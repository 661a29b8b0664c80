import type { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { Effect, Reason, ReasonCode } from '../compliance/reason.ts'
import { THRESHOLDS } from './thresholds.ts'

/** What the sender has done around a remittance, itself included. Counts are of all that risk was asked about. */
export type SenderHistory = {
  /** Remittances within the window of velocity. */
  readonly count: number
  /** US dollars of those within the window of the sum that were not declined. */
  readonly sumUsd: Decimal
  /** Remittances just below the report's threshold within the window of structuring, and US dollars of them. */
  readonly justBelowCount: number
  readonly justBelowUsd: Decimal
  /** Remittances that are not reported within the window in which they count as one, and US dollars of them. */
  readonly unreportedCount: number
  readonly unreportedUsd: Decimal
  /** Different beneficiaries within their window. */
  readonly beneficiaries: number
}

type Rule = (usdEquivalent: Decimal, history: SenderHistory) => Reason | null

/** Whether an amount is just below the threshold of the report. */
export const isJustBelow = (usd: Decimal): boolean =>
  usd.greaterThanOrEqualTo(THRESHOLDS.structuring.fromUsd) && usd.lessThanOrEqualTo(THRESHOLDS.reportAboveUsd)

/** Whether an amount is not reported by itself. */
export const isUnreported = (usd: Decimal): boolean => usd.lessThanOrEqualTo(THRESHOLDS.reportAboveUsd)

/** Only of a remittance that is itself just below: one that is reported hides nothing. */
const structuring: Rule = (usd, history) => {
  const { justBelowCount, justBelowUsd } = history
  const { count } = THRESHOLDS.structuring
  const isAbove = justBelowUsd.greaterThan(THRESHOLDS.reportAboveUsd)
  if (!isJustBelow(usd) || justBelowCount < count || !isAbove) return linked(usd, history)
  return reason('STRUCTURING', 'REVIEW', {
    rule: 'structuring.7d',
    summary: `${justBelowCount} remittances within 7 days are each just below the threshold of the report, and above it together.`,
    inputs: [
      { name: 'just_below_within_7_days', value: String(justBelowCount) },
      { name: 'just_below_usd', value: justBelowUsd.toFixed() },
    ],
    counterfactual: `Below ${THRESHOLDS.structuring.fromUsd} USD it would not count as just below.`,
  })
}

/** What was split into parts within a day, whatever each of them is. */
const linked: Rule = (usd, { unreportedCount, unreportedUsd }) => {
  const isAbove = unreportedUsd.greaterThan(THRESHOLDS.reportAboveUsd)
  if (!isUnreported(usd) || unreportedCount < THRESHOLDS.linked.count || !isAbove) return null
  return reason('STRUCTURING', 'REVIEW', {
    rule: 'structuring.24h',
    summary: `${unreportedCount} remittances within 24 hours are none of them above the threshold of the report, and above it together.`,
    inputs: [
      { name: 'unreported_within_24_hours', value: String(unreportedCount) },
      { name: 'unreported_usd', value: unreportedUsd.toFixed() },
    ],
    counterfactual: `Up to ${THRESHOLDS.reportAboveUsd} USD together they would not be held for this.`,
  })
}

const velocity: Rule = (_usd, { count }) => {
  const { reviewCount, declineCount } = THRESHOLDS.velocity
  if (count < reviewCount) return null
  const effect = count >= declineCount ? 'DECLINE' : 'REVIEW'
  return reason('VELOCITY', effect, {
    rule: 'velocity.24h',
    summary: `It is remittance number ${count} of the sender within 24 hours.`,
    inputs: [{ name: 'remittances_within_24_hours', value: String(count) }],
    counterfactual: `Up to ${(effect === 'DECLINE' ? declineCount : reviewCount) - 1} would not be ${PARTICIPLE[effect]} for this.`,
  })
}

const sum30Days: Rule = (_usd, { sumUsd }) => {
  const { reviewAboveUsd, declineAboveUsd } = THRESHOLDS.sum
  if (!sumUsd.greaterThan(reviewAboveUsd)) return null
  const effect = sumUsd.greaterThan(declineAboveUsd) ? 'DECLINE' : 'REVIEW'
  return reason('SUM_30_DAYS', effect, {
    rule: 'sum.30d',
    summary: `The sender would have sent ${sumUsd.toFixed()} USD within 30 days.`,
    inputs: [{ name: 'usd_within_30_days', value: sumUsd.toFixed() }],
    counterfactual: `Up to ${effect === 'DECLINE' ? declineAboveUsd : reviewAboveUsd} USD would not be ${PARTICIPLE[effect]} for this.`,
  })
}

const manyBeneficiaries: Rule = (_usd, { beneficiaries }) => {
  const { count } = THRESHOLDS.beneficiaries
  if (beneficiaries < count) return null
  return reason('MANY_BENEFICIARIES', 'REVIEW', {
    rule: 'beneficiaries.7d',
    summary: `The sender sends to ${beneficiaries} different beneficiaries within 7 days.`,
    inputs: [{ name: 'beneficiaries_within_7_days', value: String(beneficiaries) }],
    counterfactual: `Up to ${count - 1} would not be held for this.`,
  })
}

const PARTICIPLE: Readonly<Record<Effect, string>> = { REVIEW: 'held', DECLINE: 'declined' }

const reason = (code: ReasonCode, effect: Effect, explanation: Reason['explanation']): Reason => ({
  code,
  effect,
  explanation,
})

const RULES: readonly Rule[] = [structuring, velocity, sum30Days, manyBeneficiaries]

/** What the sender's history says against a remittance. */
export const historyReasons = (usdEquivalent: Decimal, history: SenderHistory): Reason[] =>
  RULES.map((rule) => rule(usdEquivalent, history)).filter((found) => found !== null)
