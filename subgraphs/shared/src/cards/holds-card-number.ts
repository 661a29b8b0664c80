import { brandRulesOf } from './brands.ts'
import { passesLuhn } from './luhn.ts'

/**
 * Digits that stand for themselves, in one piece or as cards have them in print. Not a part of a longer number, of an
 * IBAN or of a UUID: an idempotency key must not be refused by chance. Not 13 digits: the last cards with so few are
 * decades old, and mobile numbers of countries from +40 to +49 have as many.
 */
const CANDIDATE =
  /(?<![\p{L}\p{N}])(?<!\p{N}[ -])(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5})(?![\p{L}\p{N}])(?![ -]\p{N})/gu

/**
 * Year, month, day, hour and minute by two digits each, from 2020 to 2039: numbers that systems make of the time begin so.
 * From 2023 to 2027 they begin as Mastercard's do, of which hardly any can be read as a time.
 */
const TIME = /^[23]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d/

/**
 * Whether a text that is kept in the clear holds a card number: as many digits as its scheme has, with the check digit
 * that fits. Whoever sends one in a key, a reason or a reference did so by mistake, and it would stay for ever.
 */
export const holdsCardNumber = (text: string): boolean =>
  (text.normalize('NFKC').match(CANDIDATE) ?? []).some((found) => isCardNumber(found.replaceAll(/[ -]/g, '')))

const isCardNumber = (digits: string): boolean =>
  brandRulesOf(digits)?.lengths.includes(digits.length) === true && passesLuhn(digits) && !TIME.test(digits)

/** The same of a URL, which may hold it encoded, or with `+` for spaces. */
export const urlHoldsCardNumber = (url: string): boolean =>
  holdsCardNumber(url.replaceAll('+', ' ').replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, decoded))

/** What is no UTF-8 is shown as such: a URL with one wrong byte is looked at all the same. */
const decoded = (escapes: string): string => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8')
