import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { type Money, toDecimal } from '@carriergraph/shared/money/money.ts'

/** Units of a currency for one euro: ECB reference rates of 2026-04-13. */
const PER_EURO: Partial<Record<CurrencyCode, string>> = {
  EUR: '1',
  USD: '1.1684',
  JPY: '186.75',
  CZK: '24.378',
  DKK: '7.4727',
  GBP: '0.87058',
  HUF: '366.9',
  PLN: '4.2543',
  RON: '5.092',
  SEK: '10.892',
  CHF: '0.9242',
  ISK: '143.2',
  NOK: '11.098',
  TRY: '52.2478',
  AUD: '1.661',
  BRL: '5.874',
  CAD: '1.6177',
  CNY: '7.9827',
  HKD: '9.1507',
  IDR: '20082.05',
  ILS: '3.5787',
  INR: '109.047',
  KRW: '1740.86',
  MXN: '20.3203',
  MYR: '4.6444',
  NZD: '2.0081',
  PHP: '70.356',
  SGD: '1.4912',
  THB: '37.728',
  ZAR: '19.3849',
}

/** Digits behind the point of a value in euro: what is compared, what is stored and what is shown are the same number. */
export const EURO_DIGITS = 6

/**
 * About what an amount is worth in euro, so that one limit serves all currencies; null for a currency that the table
 * does not price. For thresholds only: no money is ever converted with it.
 */
export function euroValue(amount: Money): Decimal | null {
  const rate = PER_EURO[amount.currency]
  return rate === undefined ? null : toDecimal(amount).div(rate).toDecimalPlaces(EURO_DIGITS, Decimal.ROUND_HALF_UP)
}

/** A value in euro for people, "1234.50": all its digits, lest 50.002677 be "above 50" and read 50.00. */
export const euroText = (value: Decimal): string => value.toFixed(Math.max(2, value.decimalPlaces()))
