import { brandRulesOf, type CardBrand } from '@carriergraph/shared/cards/brands.ts'
import { passesLuhn } from '@carriergraph/shared/cards/luhn.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { SensitiveText } from './sensitive-text.ts'

/** A primary account number that passed every check of form, with what of it may be shown. */
export type CardNumber = {
  readonly digits: SensitiveText
  readonly brand: CardBrand
  /** Issuer identification: the first 6 digits, or 8 where the scheme and the length allow it. */
  readonly bin: string
  readonly lastFour: string
}

export type CardNumberCode = 'INVALID_CARD_NUMBER' | 'UNSUPPORTED_CARD_BRAND'

/** Four groups and more of digits, as printed on a card. Longer texts are thrown away unread. */
const TEXT_LENGTH_MAX = 32
const DIGITS = /^\d{12,19}$/
/** From so many digits on, eight of them may be shown as issuer identification. */
const LONG_BIN_FROM = 16
const SHORT_BIN_DIGITS = 6

/** Reads a card number, with or without spaces or dashes between its groups. No refusal repeats what was sent. */
export function parseCardNumber(text: SensitiveText, field: readonly string[]): Outcome<CardNumber, CardNumberCode> {
  const sent = text.reveal()
  const digits = sent.length > TEXT_LENGTH_MAX ? '' : sent.replace(/(?<=\d)[ -](?=\d)/g, '')
  if (!DIGITS.test(digits)) return refuse('INVALID_CARD_NUMBER', 'A card number has 12 to 19 digits.', field)
  const rules = brandRulesOf(digits)
  if (rules === undefined)
    return refuse('UNSUPPORTED_CARD_BRAND', 'The number belongs to no card scheme that is taken.', field)
  if (!rules.lengths.includes(digits.length))
    return refuse('INVALID_CARD_NUMBER', 'The number has not as many digits as cards of its scheme have.', field)
  if (!passesLuhn(digits))
    return refuse('INVALID_CARD_NUMBER', 'The check digit does not fit: a digit is wrong or two are swapped.', field)
  const binDigits = digits.length >= LONG_BIN_FROM ? rules.binDigits : SHORT_BIN_DIGITS
  return ok({
    digits: new SensitiveText(digits),
    brand: rules.brand,
    bin: digits.slice(0, binDigits),
    lastFour: digits.slice(-4),
  })
}
