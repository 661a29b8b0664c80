export const BALANCE_ALERT_KINDS = ['LOW_BALANCE', 'EXHAUSTED'] as const
export type BalanceAlertKind = (typeof BALANCE_ALERT_KINDS)[number]

/** What the rules look at; all in minor units of the account's currency. */
export type AvailableChange = {
  /** Balance plus credit limit before the change. */
  readonly before: bigint
  /** Balance plus credit limit after it. */
  readonly after: bigint
  readonly lowBalanceThreshold: bigint
}

/** A line that was crossed on the way down, and the available amount that draws it, in minor units. */
export type CrossedLine = { readonly kind: BalanceAlertKind; readonly line: bigint }

/**
 * The alerts that one change of the available amount raises, none, one or both. Only the step from above a line to below
 * it raises one, so an alert is armed again by nothing but the amount's return above the line: no state is kept that
 * could be lost, and a balance that is low and falls further does not alert twice.
 */
export function alertsOn({ before, after, lowBalanceThreshold }: AvailableChange): readonly CrossedLine[] {
  const crossed: CrossedLine[] = []
  if (before >= lowBalanceThreshold && after < lowBalanceThreshold)
    crossed.push({ kind: 'LOW_BALANCE', line: lowBalanceThreshold })
  if (before > 0n && after <= 0n) crossed.push({ kind: 'EXHAUSTED', line: 0n })
  return crossed
}
