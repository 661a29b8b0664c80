import { fitsMod97 } from '../mod-97.ts'

/**
 * Where an IBAN or a creditor reference (`RF…`) may begin, with what may be of it, in one piece or in groups. They are looked
 * for ahead: what follows may be another.
 */
const ACCOUNT = /(?<![\p{L}\p{N}])(?=([A-Z]{2}\d{2}[A-Z\d]*(?:[ -][A-Z\d]{1,4}(?![A-Z\d])){0,8}))/giu
/** ISO 13616 and ISO 11649; shorter references hold too few digits for a card. */
const ACCOUNT_LENGTH_MIN = 15
const ACCOUNT_LENGTH_MAX = 34

/** References of Norway and Sweden, whose check digit is that of cards, where they are named. */
const REFERENCE = /(?<![\p{L}\p{N}])(?:KID|OCR)\d+/giu

/** Hexadecimal keys and hashes: every other digit of theirs is decimal, and one in thousands would be taken for a card. */
const HASH = /(?<![\p{L}\p{N}])(?=\d*[a-f])[\da-f]{24,}(?![\p{L}\p{N}])/giu

/** Stands where a number was that says what it is, and joins none of those beside it. */
export const NAMED = '\ufffc'

/** A text without the numbers in it that say what they are, and by chance may look like a card's. */
export function withoutNamed(text: string): string {
  const left = text.replaceAll(REFERENCE, NAMED).replaceAll(HASH, NAMED)
  let [kept, from] = ['', 0]
  for (const { index, 1: found = '' } of left.matchAll(ACCOUNT)) {
    const length = index < from ? 0 : accountLength(found)
    if (length === 0) continue
    kept += `${left.slice(from, index)}${NAMED}`
    from = index + length
  }
  return kept + left.slice(from)
}

/** How many characters of a text are an account with its check digits, ending with a group; 0 for none. */
function accountLength(text: string): number {
  const groups = text.split(/[ -]/)
  for (let count = groups.length; count > 0; count -= 1) {
    const written = groups.slice(0, count)
    if (holdsCheckDigits(written.join(''))) return written.join(' ').length
  }
  return 0
}

function holdsCheckDigits(account: string): boolean {
  if (account.length < ACCOUNT_LENGTH_MIN || account.length > ACCOUNT_LENGTH_MAX) return false
  return fitsMod97(account)
}
