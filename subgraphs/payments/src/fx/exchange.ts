import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { MINOR_MAX, type Money, money, toDecimal } from '@carriergraph/shared/money/money.ts'
import { roundToMinor } from '@carriergraph/shared/money/round.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { toRateDigits } from './cross-rate.ts'

/** What an exchange costs. */
export type Prices = {
  /** Parts in 10,000 by which the customer's rate is worse than the mid rate. */
  readonly spread_bps: number
  /** For each exchange, in units of the source currency. */
  readonly fixedFee: Decimal
  /** Parts in 10,000 of what is debited. */
  readonly fee_bps: number
}

/** What the customer has chosen: what is taken from them in all, or what arrives. */
export type Wanted = { readonly debited: Money } | { readonly delivered: Money }

/**
 * An exchange to the minor unit. All but `delivered` is in the source currency, and nothing is negative:
 * debited = fixedFee + proportionalFee + exchanged, and exchanged = deliveredAtMid + spread + rounding.
 */
export type Exchange = {
  readonly debited: Money
  readonly fixedFee: Money
  readonly proportionalFee: Money
  /** What is left for the exchange when the fees are taken. */
  readonly exchanged: Money
  /** In the target currency. */
  readonly delivered: Money
  /** What `delivered` is worth at the mid rate, rounded up. */
  readonly deliveredAtMid: Money
  /** The spread's share of what is exchanged, rounded down. */
  readonly spread: Money
  /** What is left over because neither currency has smaller units. It is ours, and it is shown. */
  readonly rounding: Money
  readonly mid: Decimal
  /** Mid less spread, rounded down to ten digits: what is exchanged times it is delivered, rounded down. */
  readonly customerRate: Decimal
}

export type ExchangeCode = 'AMOUNT_TOO_SMALL' | 'AMOUNT_TOO_LARGE'

const BPS = new Decimal(10_000)

/**
 * Exchanges at a mid rate, in units of the target currency for one of the source currency.
 * Every rounding is against the customer and less than one minor unit: that is what keeps the spread from ever being
 * negative, whatever the amount and the digits of the two currencies.
 */
export function exchange(
  wanted: Wanted,
  { source, target, mid }: { readonly source: CurrencyCode; readonly target: CurrencyCode; readonly mid: Decimal },
  prices: Prices,
): Outcome<Exchange, ExchangeCode> {
  const customerRate = toRateDigits(mid.times(BPS.minus(prices.spread_bps)).div(BPS), 'DOWN')
  const debited =
    'debited' in wanted ? wanted.debited.minor : debitFor(wanted.delivered, { source, customerRate }, prices)
  if (debited > MINOR_MAX) return refuse('AMOUNT_TOO_LARGE', 'The amount is too large.')
  const fees = feesOf(debited, source, prices)
  const exchanged = debited - fees.fixed - fees.proportional
  if (exchanged <= 0n) return refuse('AMOUNT_TOO_SMALL', 'The fees leave nothing to exchange.')
  const exactly = toDecimal(money(exchanged, source))
  const delivered =
    'delivered' in wanted ? wanted.delivered.minor : roundToMinor(exactly.times(customerRate), target, 'DOWN')
  if (delivered <= 0n) return refuse('AMOUNT_TOO_SMALL', `It is worth less than the smallest amount in ${target}.`)
  if (delivered > MINOR_MAX) return refuse('AMOUNT_TOO_LARGE', 'The amount is too large.')
  const deliveredAtMid = roundToMinor(toDecimal(money(delivered, target)).div(mid), source, 'UP')
  const spread = roundToMinor(exactly.times(prices.spread_bps).div(BPS), source, 'DOWN')
  const inSource = (minor: bigint) => money(minor, source)
  return ok({
    debited: inSource(debited),
    fixedFee: inSource(fees.fixed),
    proportionalFee: inSource(fees.proportional),
    exchanged: inSource(exchanged),
    delivered: money(delivered, target),
    deliveredAtMid: inSource(deliveredAtMid),
    spread: inSource(spread),
    rounding: inSource(exchanged - deliveredAtMid - spread),
    mid,
    customerRate,
  })
}

/** Both rounded up: a fee never undercuts its price. */
function feesOf(debited: bigint, source: CurrencyCode, { fixedFee, fee_bps }: Prices) {
  return {
    fixed: roundToMinor(fixedFee, source, 'UP'),
    proportional: roundToMinor(toDecimal(money(debited, source)).times(fee_bps).div(BPS), source, 'UP'),
  }
}

/** The least that has to be debited so that `delivered` can be; above MINOR_MAX where no amount is enough. */
function debitFor(
  delivered: Money,
  { source, customerRate }: { readonly source: CurrencyCode; readonly customerRate: Decimal },
  prices: Prices,
): bigint {
  if (customerRate.isZero()) return MINOR_MAX + 1n
  const needed = roundToMinor(toDecimal(delivered).div(customerRate), source, 'UP')
  const leaves = (debited: bigint): bigint => {
    const { fixed, proportional } = feesOf(debited, source, prices)
    return debited - fixed - proportional
  }
  if (needed > MINOR_MAX || leaves(MINOR_MAX) < needed) return MINOR_MAX + 1n
  // What is left grows with what is debited, by one minor unit or none for each: halving finds the least.
  let [low, high] = [0n, MINOR_MAX]
  while (low < high) {
    const middle = (low + high) / 2n
    if (leaves(middle) < needed) low = middle + 1n
    else high = middle
  }
  return low
}
