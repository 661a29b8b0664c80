import { daysBetween } from '@carriergraph/shared/day.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

/** The currency that the ECB's rates are against: one euro is so many units of the other. */
export const BASE = 'EUR'

/** A published rate: units of `currency` for one euro, in force from `day` (YYYY-MM-DD) until the next one. */
export type ReferenceRate = {
  readonly currency: string
  readonly day: string
  /** 1, or more where the ECB corrected the day. */
  readonly version: number
  readonly rate: Decimal
}

/** Units of `to` for one unit of `from`, and the two published rates that it was made of; null for the euro itself. */
export type CrossRate = {
  readonly from: string
  readonly to: string
  readonly mid: Decimal
  readonly fromLeg: ReferenceRate | null
  readonly toLeg: ReferenceRate | null
  /** The older of the two days. */
  readonly day: string
}

/**
 * Significant digits of a rate. The ECB publishes five or six; ten lose nothing of what two of them say, and the smallest
 * cross rate there was (lira to Maltese pounds) fits into a Decimal of 18 places.
 */
export const RATE_DIGITS = 10
/**
 * How old a rate may be. The ECB's longest pauses are of five days (Easter, Christmas); the sixth is for whoever imports. A
 * currency that is published no more has no rate from then on.
 */
export const RATE_AGE_MAX_DAYS = 6

export type RateCode = 'SAME_CURRENCY' | 'RATE_NOT_FOUND' | 'RATE_STALE'

/**
 * The rate through the euro: `to` per euro divided by `from` per euro, rounded once to ten digits, half to even.
 * @param legs the rates in force on `day`, by currency
 */
export function crossRate(
  { from, to, day }: { readonly from: string; readonly to: string; readonly day: string },
  legs: ReadonlyMap<string, ReferenceRate>,
): Outcome<CrossRate, RateCode> {
  if (from === to) return refuse('SAME_CURRENCY', 'The two currencies are the same.', ['to'])
  const fromLeg = legOf(from, legs)
  const toLeg = legOf(to, legs)
  for (const [currency, leg, field] of [
    [from, fromLeg, 'from'],
    [to, toLeg, 'to'],
  ] as const) {
    if (leg === undefined)
      return refuse('RATE_NOT_FOUND', `There is no reference rate of ${currency} on or before ${day}.`, [field])
    if (leg !== null && daysBetween(leg.day, day) > RATE_AGE_MAX_DAYS)
      return refuse('RATE_STALE', `The last reference rate of ${currency} is of ${leg.day}.`, [field])
  }
  // The loop has refused both where they are undefined.
  const [source, target] = [fromLeg ?? null, toLeg ?? null]
  const mid = toRateDigits((target?.rate ?? ONE).div(source?.rate ?? ONE), 'HALF_EVEN')
  const days = [source?.day, target?.day].filter((one) => one !== undefined).toSorted()
  return ok({ from, to, mid, fromLeg: source, toLeg: target, day: days[0] ?? day })
}

/** A rate with ten significant digits; DOWN for one that must not be better than it says. */
export const toRateDigits = (rate: Decimal, rounding: 'HALF_EVEN' | 'DOWN'): Decimal =>
  rate.toSignificantDigits(RATE_DIGITS, rounding === 'DOWN' ? Decimal.ROUND_DOWN : Decimal.ROUND_HALF_EVEN)

const legOf = (currency: string, legs: ReadonlyMap<string, ReferenceRate>): ReferenceRate | null | undefined =>
  currency === BASE ? null : legs.get(currency)

const ONE = new Decimal(1)
