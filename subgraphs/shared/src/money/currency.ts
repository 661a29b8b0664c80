import { type Outcome, ok, refuse } from '../outcome.ts'
import { CURRENCIES, CURRENCIES_AS_OF, type Currency, type CurrencyCode } from './currencies.ts'

/** Digits, numeric code and name; of withdrawn currencies as well. */
export const currency = (code: CurrencyCode): Currency => CURRENCIES[code]

/**
 * A currency that new money may be in on `day` (UTC); by default on the day of the table. Exactly three capitals:
 * `eur` is refused, because a code that is repaired in one place is compared unrepaired in another.
 */
export function parseCurrency(
  code: string,
  day: Date = new Date(CURRENCIES_AS_OF),
  field: readonly string[] = ['currency'],
): Outcome<CurrencyCode, 'UNKNOWN_CURRENCY'> {
  if (!isCurrencyCode(code)) {
    const shown = JSON.stringify(code.slice(0, 8))
    return refuse('UNKNOWN_CURRENCY', `${shown} is not an ISO 4217 currency in which money can be held.`, field)
  }
  const { name, until } = currency(code)
  if (until === undefined || day < new Date(until)) return ok(code)
  return refuse('UNKNOWN_CURRENCY', `${name} (${code}) was withdrawn on ${until}.`, field)
}

export const isCurrencyCode = (code: string): code is CurrencyCode => Object.hasOwn(CURRENCIES, code)
