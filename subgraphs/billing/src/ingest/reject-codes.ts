import { LINE_BYTES_MAX } from '@carriergraph/shared/command/files/lines.ts'
import { CLOCK_DRIFT_MS_MAX, EARLIEST } from '../domain/usage.ts'
import type { FaultyLine } from './cdr-lines.ts'

/** Why a line of a CDR file is not charged, and what the codes mean: `docs/errors.md` lists them. */
export const REJECT_CODES = {
  LINE_TOO_LONG: `The line has more than ${LINE_BYTES_MAX} bytes.`,
  INVALID_UTF8: 'The line is not UTF-8.',
  QUOTE_NOT_CLOSED: 'A quote is opened and not closed.',
  QUOTE_MISPLACED: 'A quote stands inside a value that is not quoted.',
  COLUMN_COUNT: 'The line has more or fewer columns than the header.',
  JSON_INVALID: 'The line is not JSON.',
  JSON_NOT_AN_OBJECT: 'The line is JSON, but no object.',
  FIELD_MISSING: 'A field is empty or missing.',
  RECORD_ID_INVALID: 'The record id is empty, too long, or has characters that cannot be printed.',
  MSISDN_INVALID: 'The number is not 7 to 15 digits that begin with a country code.',
  USAGE_TYPE_UNKNOWN: 'There is no such type of usage.',
  QUANTITY_INVALID: 'The quantity is no whole number from 0.',
  QUANTITY_TOO_LARGE: 'The quantity is more than one record can have.',
  STARTED_AT_INVALID: 'The time is not RFC 3339 with an offset, or there is no such time.',
  STARTED_AT_TOO_EARLY: `The time is before ${EARLIEST.getUTCFullYear()}.`,
  STARTED_AT_IN_FUTURE: `The time is more than ${CLOCK_DRIFT_MS_MAX / 60_000} minutes from now.`,
  ACCOUNT_NOT_FOUND: 'No account has the number.',
  RECORD_ID_REUSED: 'The record id was used for other usage.',
  RATE_NOT_FOUND: 'The tariff of the account has no rate for the type of usage.',
  INVALID_VALUE: 'The charge would be above what one record may cost.',
} as const satisfies Record<FaultyLine['code'], string>
