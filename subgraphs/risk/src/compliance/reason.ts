import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { RiskDecision } from '../domain/assess.ts'

/** What screening says of names and countries; a payment is asked nothing else by compliance. */
export const SCREENING_CODES = [
  'SANCTIONS_EXACT_MATCH',
  'SANCTIONS_POSSIBLE_MATCH',
  'SANCTIONS_LIST_MISSING',
  'SANCTIONS_NAME_UNCLEAR',
  'COUNTRY_COUNTERMEASURES',
  'COUNTRY_HIGH_RISK',
] as const

/**
 * Why a remittance or a payment may be held or declined; what each means stands in the SDL. The gravest kind comes first.
 */
export const REASON_CODES = [
  'SENDER_UNKNOWN',
  'KYC_REJECTED',
  'KYC_PENDING',
  ...SCREENING_CODES,
  'STRUCTURING',
  'VELOCITY',
  'SUM_30_DAYS',
  'MANY_BENEFICIARIES',
  'PURPOSE_UNUSUAL',
  'SOURCE_UNUSUAL',
  'PURPOSE_CONTRADICTS_SOURCE',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

/** What a reason alone leads to. */
export type Effect = Exclude<RiskDecision, 'APPROVE'>

export type Reason<Code extends ReasonCode = ReasonCode> = {
  readonly code: Code
  readonly effect: Effect
  readonly explanation: Explanation
}

export type ScreeningReason = Reason<(typeof SCREENING_CODES)[number]>

const screeningCodes: readonly ReasonCode[] = SCREENING_CODES

export const isScreeningReason = (reason: Reason): reason is ScreeningReason => screeningCodes.includes(reason.code)

export const isOfCountry = ({ code }: ScreeningReason): boolean =>
  code === 'COUNTRY_COUNTERMEASURES' || code === 'COUNTRY_HIGH_RISK'

/** Gravest first; of the same effect in the order of REASON_CODES. */
export const byGravity = <R extends Reason>(reasons: readonly R[]): R[] =>
  reasons.toSorted((a, b) => rank(a) - rank(b) || REASON_CODES.indexOf(a.code) - REASON_CODES.indexOf(b.code))

const rank = ({ effect }: Reason): number => (effect === 'DECLINE' ? 0 : 1)

/** The gravest effect; nothing against it is an approval. */
export function decisionOf(reasons: readonly Reason[]): RiskDecision {
  if (reasons.length === 0) return 'APPROVE'
  return reasons.some(({ effect }) => effect === 'DECLINE') ? 'DECLINE' : 'REVIEW'
}
