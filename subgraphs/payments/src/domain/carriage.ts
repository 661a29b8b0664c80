/**
 * Why no rail carries what a client asks for, in the order in which it is checked: the method is not offered, or the rail
 * that offers it does not carry this. The rail's own codes, but for those that only a fault of ours can cause.
 */
export const CARRIAGE_CODES = [
  'METHOD_NOT_AVAILABLE',
  'CURRENCY_NOT_SUPPORTED',
  'AMOUNT_TOO_LARGE',
  'NAME_MISSING',
  'CHARACTER_NOT_ALLOWED',
  'TEXT_TOO_LONG',
  'ACCOUNT_MISSING',
  'IBAN_INVALID',
  'BIC_MISSING',
  'BIC_INVALID',
] as const
export type CarriageCode = (typeof CARRIAGE_CODES)[number]

export const isCarriageCode = (code: string): code is CarriageCode => CARRIAGE_CODES.some((known) => known === code)
