import { isDay } from '@carriergraph/shared/day.ts'
import { type Money, money, parseMoney } from '@carriergraph/shared/money/money.ts'
import { StatementFault } from './fault.ts'
import type { Position } from './statement.ts'

/**
 * An amount without sign, with a point. Leading zeros, with which banks fill fields, are dropped; digits beyond the
 * currency's are refused, zeros as well.
 * @param day YYYY-MM-DD, on which the currency has to be in use
 */
export function readAmount(text: string, currency: string, day: string | undefined, position: Position): Money {
  const amount = text.replace(/^0+(?=\d)/, '')
  const parsed = parseMoney(amount, currency, day === undefined ? {} : { day: new Date(day) })
  if (parsed.ok) return parsed.value
  const code = parsed.code === 'UNKNOWN_CURRENCY' ? 'CURRENCY_UNKNOWN' : 'AMOUNT_INVALID'
  throw new StatementFault(code, `${shown(text)} ${shown(currency)}: ${parsed.message}`, position)
}

/**
 * Of XML, as xs:decimal writes it: `.5`, `5.` and `+5` are amounts. A point is always that of a fraction: zeros beyond the
 * currency's digits are dropped. ISO 4217 forbids them, and banks that fill every amount up to five digits are not at
 * fault in what they say.
 */
export function readXmlAmount(text: string, ...rest: SkipFirst<Parameters<typeof readAmount>>): Money {
  const [, whole = '', fraction = ''] = XS_DECIMAL.exec(text) ?? []
  if (whole === '' && fraction === '') return readAmount(text, ...rest)
  const digits = fraction.replace(/0+$/, '')
  return readAmount(`${whole || '0'}${digits === '' ? '' : `.${digits}`}`, ...rest)
}

type SkipFirst<List> = List extends [unknown, ...infer Rest] ? Rest : never
/** Without the minus, as no amount of ISO 20022 is below zero. */
const XS_DECIMAL = /^\+?(\d*)(?:\.(\d*))?$/

export const signed = (amount: Money, isCredit: boolean): Money =>
  isCredit ? amount : money(-amount.minor, amount.currency)

/** A day of the calendar as YYYY-MM-DD. */
export function readDay(year: string, month: string, day: string, text: string, position: Position): string {
  const written = `${year}-${month}-${day}`
  if (!isDay(written)) throw new StatementFault('DATE_INVALID', `${shown(text)} is no day of the calendar.`, position)
  return written
}

const SHOWN_CHARACTERS = 40

/** Foreign text in a message: bounded, and with nothing in it that a terminal would obey. */
export const shown = (text: string): string =>
  printable(JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text))

/** Foreign text for a terminal: what moves the cursor or turns the direction is replaced. */
export const printable = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
