import { parseCardNumber } from './card-number.ts'
import { SensitiveText } from './sensitive-text.ts'

/**
 * Digits that stand for themselves, in one piece or as cards have them in print. Not a part of a longer number, of an
 * IBAN or of a UUID: an idempotency key must not be refused by chance.
 */
const CANDIDATE =
  /(?<![\p{L}\p{N}])(?<!\p{N}[ -])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}|\d{4}([ -])\d{6}\2\d{5})(?![\p{L}\p{N}])(?![ -]\p{N})/gu

/**
 * Whether a text that is kept in the clear holds a card number: as many digits as its scheme has, with the check digit
 * that fits. Whoever sends one in a key, a reason or a reference did so by mistake, and it would stay for ever.
 */
export const holdsCardNumber = (text: string): boolean =>
  (text.normalize('NFKC').match(CANDIDATE) ?? []).some((digits) => parseCardNumber(new SensitiveText(digits), []).ok)
