import type { Explanation, ExplanationInput } from '@carriergraph/shared/explanation.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { formatAmount } from '@carriergraph/shared/money/money.ts'
import type { FxQuote } from '../db/fx-quotes.ts'

/** How a quote came about: every rate and part of it, from which a person can work it out again. */
export function explainQuote(quote: FxQuote): Explanation {
  const { sourceCurrency, targetCurrency, midRate, customerRate, side } = quote
  const source = (minor: bigint) => amountText(minor, sourceCurrency)
  const inputs: ExplanationInput[] = [
    ...legInputs(sourceCurrency, quote.sourceRate, quote.sourceRateDay, quote.sourceRateVersion),
    ...legInputs(targetCurrency, quote.targetRate, quote.targetRateDay, quote.targetRateVersion),
    { name: 'mid_rate', value: midRate },
    { name: 'spread_bps', value: String(quote.spread_bps) },
    { name: 'customer_rate', value: customerRate },
    { name: 'fee_bps', value: String(quote.fee_bps) },
    { name: 'debited', value: source(quote.debitedMinor) },
    { name: 'fixed_fee', value: source(quote.fixedFeeMinor) },
    { name: 'proportional_fee', value: source(quote.proportionalFeeMinor) },
    { name: 'exchanged', value: source(quote.exchangedMinor) },
    { name: 'delivered', value: amountText(quote.deliveredMinor, targetCurrency) },
    { name: 'delivered_at_mid', value: source(quote.deliveredAtMidMinor) },
    { name: 'spread', value: source(quote.spreadMinor) },
    { name: 'rounding', value: source(quote.roundingMinor) },
  ]
  const summary = `${source(quote.debitedMinor)} less fees at ${customerRate} ${targetCurrency} for one ${sourceCurrency} deliver ${amountText(quote.deliveredMinor, targetCurrency)}.`
  const counterfactual = `At the mid rate and without fees, ${source(quote.deliveredAtMidMinor)} would have been enough.`
  return { rule: side === 'SOURCE' ? 'fx.quote.source' : 'fx.quote.target', summary, inputs, counterfactual }
}

const amountText = (minor: bigint, currency: CurrencyCode): string => `${formatAmount({ minor, currency })} ${currency}`

/** Of the euro there is nothing to say. */
function legInputs(
  currency: string,
  rate: string | null,
  day: string | null,
  version: number | null,
): ExplanationInput[] {
  if (rate === null) return []
  return [{ name: `eur_${currency.toLowerCase()}`, value: `${rate} of ${day}, version ${version}` }]
}
