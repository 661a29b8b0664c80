import { LINE_BYTES_MAX } from '@carriergraph/shared/command/files/lines.ts'

/** Why a line is not sent, and what the codes mean: `docs/errors.md` lists them. The others are PaymentErrorCode's. */
export const PAYMENT_LINE_CODES = {
  LINE_TOO_LONG: `The line has more than ${LINE_BYTES_MAX} bytes.`,
  INVALID_UTF8: 'The line is not UTF-8.',
  QUOTE_NOT_CLOSED: 'A quote is opened and not closed.',
  QUOTE_MISPLACED: 'A quote stands inside a value that is not quoted.',
  COLUMN_COUNT: 'The line has more or fewer columns than the header.',
  JSON_INVALID: 'The line is not JSON.',
  JSON_NOT_AN_OBJECT: 'The line is JSON, but no object.',
  FIELD_INVALID:
    'A field is missing, has another type than createPayment takes, is far too long, or is none of its fields.',
} as const

export type LineCode = keyof typeof PAYMENT_LINE_CODES
