import { type Outcome, ok, refuse } from '../outcome.ts'
import type { CurrencyCode } from './currencies.ts'
import { currency, parseCurrency } from './currency.ts'
import { Decimal } from './decimal.ts'
import { type RoundingMode, roundToMinor } from './round.ts'

/** An exact amount: a whole count of the currency's minor units, within PostgreSQL's bigint. */
export type Money = { readonly minor: bigint; readonly currency: CurrencyCode }

export type MoneyRefusal = 'INVALID_MONEY' | 'UNKNOWN_CURRENCY'

export type ParseMoneyOptions = {
  /** Allow a minus sign; a signed amount is an adjustment, never what a customer asks to pay. */
  readonly signed?: boolean
  /** The day, in UTC, on which the currency must be in use: that of the record, for old records. */
  readonly day?: Date
  /** Where the money stands in the input; `amount` or `currency` is added to it. */
  readonly field?: readonly string[]
}

/** The largest amount that a bigint column holds, either way. */
export const MINOR_MAX = 2n ** 63n - 1n

/** @throws RangeError beyond a bigint column: the sum must fail here, not after half of a transaction */
export function money(minor: bigint, code: CurrencyCode): Money {
  if (minor > MINOR_MAX || minor < -MINOR_MAX) throw new RangeError(`Amount out of range: ${minor} minor units`)
  return { minor, currency: code }
}

/** Groups: sign, whole, fraction. */
const AMOUNT = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/
/** The most that can fit: what has more is not even converted. */
const WHOLE_DIGITS_MAX = 19

/**
 * Reads `amount` in major units, such as "12.50". Strict, because a guess about money is a wrong booking: plain digits,
 * no exponent, no grouping, and never more fraction digits than the currency has, not even zeros.
 */
export function parseMoney(
  amount: string,
  currencyCode: string,
  { signed = false, day, field = [] }: ParseMoneyOptions = {},
): Outcome<Money, MoneyRefusal> {
  const parsed = parseCurrency(currencyCode, day, [...field, 'currency'])
  if (!parsed.ok) return parsed
  const code = parsed.value
  const refuseAmount = (message: string) => refuse('INVALID_MONEY', message, [...field, 'amount'])
  const { digits } = currency(code)
  const [, sign, whole = '', fraction = ''] = AMOUNT.exec(amount) ?? []
  if (sign === undefined)
    return refuseAmount(`Write the amount as plain digits, such as "${formatDigits(1250n, digits)}".`)
  if (sign === '-' && !signed) return refuseAmount('The amount must not be negative.')
  if (fraction.length > digits)
    return refuseAmount(`${code} has ${digits} digits after the point, not ${fraction.length}.`)
  if (whole.length > WHOLE_DIGITS_MAX) return refuseAmount('The amount is too large.')
  const minor = BigInt(whole + fraction.padEnd(digits, '0'))
  if (minor > MINOR_MAX) return refuseAmount('The amount is too large.')
  return ok({ minor: sign === '-' ? -minor : minor, currency: code })
}

/** In major units with exactly the currency's digits: "12.50" for EUR, "13" for JPY, "-0.005" for KWD. */
export const formatAmount = ({ minor, currency: code }: Money): string => formatDigits(minor, currency(code).digits)

function formatDigits(minor: bigint, digits: number): string {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0')
  const sign = minor < 0n ? '-' : ''
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

export const addMoney = (a: Money, b: Money): Money => money(a.minor + minorIn(a.currency, b), a.currency)

export const subtractMoney = (a: Money, b: Money): Money => money(a.minor - minorIn(a.currency, b), a.currency)

export const negateMoney = ({ minor, currency: code }: Money): Money => money(-minor, code)

/** -1, 0 or 1, as `a` is less than, equal to or more than `b`. */
export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  const other = minorIn(a.currency, b)
  if (a.minor === other) return 0
  return a.minor < other ? -1 : 1
}

// Adding two currencies is a bug in the caller, never a refusal: whoever takes money in compares currencies first.
function minorIn(code: CurrencyCode, { minor, currency: other }: Money): bigint {
  if (other !== code) throw new TypeError(`${other} where ${code} is needed: convert first.`)
  return minor
}

/** The exact value in major units, for arithmetic with rates. */
export const toDecimal = ({ minor, currency: code }: Money): Decimal =>
  new Decimal(minor.toString()).div(Decimal.pow(10, currency(code).digits))

/** `amount` times `factor`, such as a share or a tax rate, rounded once. */
export function multiplyMoney(amount: Money, factor: Decimal | bigint, mode: RoundingMode): Money {
  return money(roundToMinor(toDecimal(amount).times(exact(factor)), amount.currency, mode), amount.currency)
}

export const exact = (value: Decimal | bigint): Decimal =>
  new Decimal(typeof value === 'bigint' ? value.toString() : value)
