import { Decimal as Base } from 'decimal.js'

/**
 * Decimals for rates, factors and quantities. The default 20 significant digits would round a product of two long
 * numbers before the one place that may round money sees it; 100 hold every product of two inputs exactly.
 */
export const Decimal = Base.clone({ precision: 100, defaults: true })
export type Decimal = Base

/** Digits that a decimal may have before and after its point: what a bigint amount and a numeric(36,18) can hold. */
const DECIMAL = /^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?$/

/** A plain decimal: no exponent, no plus, no leading zeros, nothing around it. One number has one spelling, but for trailing zeros. */
export const isDecimalText = (text: string): boolean => DECIMAL.test(text)

/** The exact value of a plain decimal, or undefined where `text` is none. */
export const parseDecimal = (text: string): Decimal | undefined => (isDecimalText(text) ? new Decimal(text) : undefined)
