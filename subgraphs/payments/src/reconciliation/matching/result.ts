import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'

/** AWAITED is expected and not yet due: no finding, and looked at again the next time. */
export const MATCH_STATUSES = [
  'MATCHED',
  'AMOUNT_MISMATCH',
  'MISSING_INTERNALLY',
  'MISSING_EXTERNALLY',
  'DUPLICATE',
  'AWAITED',
] as const
export type MatchStatus = (typeof MATCH_STATUSES)[number]

/** How a result came about; `explain` says it in words. */
export const MATCH_RULES = [
  'REFERENCE',
  'REFERENCE_SUM',
  'REFERENCE_SUBSET',
  'LINKED_REFERENCES',
  'AMOUNT_AND_DATE',
  'ENTRY_SUM',
  'SUBSET',
  'COUNTERPARTY_SUM',
  'BY_HAND',
  'ZERO_LINE',
  'NO_COUNTERPART',
  'NOT_DUE',
  'REPEATED_LINE',
  'REPEATED_EXPECTATION',
  'ALSO_NOTIFIED',
] as const
export type MatchRule = (typeof MATCH_RULES)[number]

/** Every line and every expected movement is in exactly one. Amounts in minor units, above zero where the account gains. */
export type MatchResult = {
  readonly status: MatchStatus
  readonly rule: MatchRule
  readonly currency: CurrencyCode
  readonly lines: readonly string[]
  readonly expected: readonly string[]
  readonly linesMinor: bigint
  readonly expectedMinor: bigint
  /** The part of the difference that is the bank's fee, as declared: zero or more. */
  readonly feeMinor: bigint
  /** What was declared to be the fee at the most. */
  readonly feeMaxMinor: bigint
  /** What the account has more than the books: lines - expected + fee. Zero where it is MATCHED; told twice, what is beyond. */
  readonly differenceMinor: bigint
}
