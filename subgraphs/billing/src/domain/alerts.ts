import type { Explanation } from '@carriergraph/shared/explanation.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'

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

/** What an alert keeps of the change that raised it; amounts in minor units. */
export type RaisedAlert = {
  readonly kind: BalanceAlertKind
  readonly balanceMinor: bigint
  readonly creditLimitMinor: bigint
  /** The available amount that draws the line. */
  readonly thresholdMinor: bigint
  readonly currency: CurrencyCode
}

/** Why an alert was raised, and how much more would have been enough. */
export function explainAlert({ kind, currency, thresholdMinor, ...alert }: RaisedAlert): Explanation {
  const money = (minor: bigint) => `${formatAmount({ minor, currency })} ${currency}`
  const available = alert.balanceMinor + alert.creditLimitMinor
  // LOW_BALANCE is below its line, EXHAUSTED at zero already.
  const enough = kind === 'LOW_BALANCE' ? thresholdMinor : thresholdMinor + 1n
  return {
    rule: `balance.${kind.toLowerCase()}`,
    summary:
      kind === 'LOW_BALANCE'
        ? `The available amount fell to ${money(available)}, below the threshold of ${money(thresholdMinor)}.`
        : `The available amount fell to ${money(available)}: nothing is left to use.`,
    inputs: [
      { name: 'balance', value: money(alert.balanceMinor) },
      { name: 'credit_limit', value: money(alert.creditLimitMinor) },
      { name: 'available', value: money(available) },
      { name: 'threshold', value: money(thresholdMinor) },
    ],
    counterfactual: `With ${money(enough - available)} more it would not have been raised.`,
  }
}
