import { type Outcome, ok, refuse } from '../outcome.ts'
import type { CurrencyCode } from './currencies.ts'
import { parseCurrency } from './currency.ts'
import { type Decimal, parseDecimal } from './decimal.ts'
import { exact, type Money, type MoneyRefusal, money } from './money.ts'
import { type RoundingMode, roundToMinor } from './round.ts'

/** A price per unit in major units of its currency; may be finer than a minor unit, such as 0.00042 EUR per megabyte. */
export type Rate = { readonly amount: Decimal; readonly currency: CurrencyCode }

/** Reads a price that is not negative, with up to 18 digits on either side of the point. */
export function parseRate(amount: string, code: string): Outcome<Rate, MoneyRefusal> {
  const currency = parseCurrency(code)
  if (!currency.ok) return currency
  const value = parseDecimal(amount)
  if (value === undefined || value.isNegative()) {
    return refuse('INVALID_MONEY', 'Write the rate as plain digits, such as "0.00042".', ['amount'])
  }
  return ok({ amount: value, currency: currency.value })
}

/** What `quantity` units cost: exact until it is rounded once. @throws RangeError beyond a bigint column */
export const price = (rate: Rate, quantity: Decimal | bigint, mode: RoundingMode): Money =>
  money(roundToMinor(rate.amount.times(exact(quantity)), rate.currency, mode), rate.currency)
