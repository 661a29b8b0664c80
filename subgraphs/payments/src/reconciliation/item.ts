import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { ItemState, Resolution } from './item-states.ts'
import type { MatchRule, MatchStatus } from './matching/result.ts'

/** An item as it is shown. Amounts in minor units, above zero where the account gained. */
export type ReconciliationItem = {
  readonly id: Id<'rci'>
  readonly runId: Id<'rcr'>
  readonly account: string
  readonly status: MatchStatus
  readonly rule: MatchRule
  readonly state: ItemState
  readonly version: number
  readonly currency: CurrencyCode
  readonly linesMinor: bigint
  readonly expectedMinor: bigint
  readonly feeMinor: bigint
  readonly feeMaxMinor: bigint
  readonly differenceMinor: bigint
  readonly lineCount: number
  readonly expectedCount: number
  readonly createdAt: Date
  readonly resolution: Resolution | null
  readonly resolvedBy: string | null
  readonly resolvedAt: Date | null
  readonly requestedBy: string | null
  readonly requestedAt: Date | null
  readonly reason: string | null
}

/** A case with its members, by uuid, as it stands while its account is locked. */
export type LockedItem = ReconciliationItem & {
  readonly lineIds: readonly string[]
  readonly expectedIds: readonly string[]
}
