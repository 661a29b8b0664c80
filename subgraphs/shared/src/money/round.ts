import type { CurrencyCode } from './currencies.ts'
import { currency } from './currency.ts'
import { Decimal } from './decimal.ts'

/** How an amount that falls between two minor units is settled. Every caller names one; there is no default. */
export const ROUNDING = {
  /** To the nearest, a tie to the even one: no drift over many amounts. For interest, FX and statistics. */
  HALF_EVEN: Decimal.ROUND_HALF_EVEN,
  /** To the nearest, a tie away from zero: what people and tax forms expect. */
  HALF_UP: Decimal.ROUND_HALF_UP,
  /** Away from zero: a charge never undercuts its price. */
  UP: Decimal.ROUND_UP,
  /** Towards zero: a credit never exceeds what is owed. */
  DOWN: Decimal.ROUND_DOWN,
} as const

export type RoundingMode = keyof typeof ROUNDING

/**
 * The only place where money is rounded: `amount` in major units, such as 0.12345 EUR, to a whole count of the
 * currency's minor units.
 * @throws RangeError when `amount` is not finite
 */
export function roundToMinor(amount: Decimal, code: CurrencyCode, mode: RoundingMode): bigint {
  if (!amount.isFinite()) throw new RangeError(`Not an amount: ${amount}`)
  const minor = new Decimal(amount).times(Decimal.pow(10, currency(code).digits))
  return BigInt(minor.toDecimalPlaces(0, ROUNDING[mode]).toFixed())
}
