import { brandRulesOf } from './brands.ts'
import { passesLuhn } from './luhn.ts'
import { NAMED, withoutNamed } from './named-numbers.ts'
import { withPlainDigits } from './plain-digits.ts'

/**
 * What stands between the groups of one number: blanks, dashes, the signs for minus, dots, bullets and slashes, as many as
 * somebody types or a form sets.
 */
const JOINT = String.raw`[\s\p{Pd}−˗⁃._·•∙⋅‧・/]{1,8}`

/** Commas, brackets and whatever else is neither letter nor digit. Lists have them too. */
const ANY_JOINT = String.raw`[^\p{L}\p{N}${NAMED}]{1,8}`

/** What changes no digit that it stands on or beside: marks, variation selectors, and characters that nobody sees. */
const UNSEEN = /[\p{Mn}\p{Me}\p{Cf}\p{DI}]/gu

const DIGITS_MIN = 14

const times = (count: number, digits: number): number[] => Array<number>(count).fill(digits)

/**
 * How many digits the groups of a number have: in one piece, by fours, as American Express, Diners Club and UnionPay print
 * it, by eights, or digit by digit. Not 13 digits: the last cards with so few are decades old, and mobile numbers of countries
 * from +40 to +49 have as many.
 */
const LENGTHS = [14, 15, 16, 17, 18, 19]
const SHAPES: readonly (readonly number[])[] = [
  ...LENGTHS.map((length) => [length]),
  ...LENGTHS.map((length) => [...times(Math.floor(length / 4), 4), ...times(length % 4 && 1, length % 4)]),
  [4, 6, 4],
  [4, 6, 5],
  [6, 13],
  [8, 8],
  ...LENGTHS.map((length) => times(length, 1)),
]

const group = (length: number): string => String.raw`\d{${length}}`

/**
 * Numbers of each shape, whatever other groups or letters are beside them: an expiry, a security code, another number. They
 * overlap, so they are looked for ahead. Groups are whole: digits of a longer number or of a UUID are none.
 */
const JOINED = SHAPES.map((groups) => String.raw`(?<!\d)(?=(?<found>${groups.map(group).join(JOINT)})(?!\d))`)

/**
 * The same with any joint, where it is the same throughout. Not of two groups: an account and its branch are written so. Nor
 * where groups go on as they begin, on either side: a list does, and among its fours some have the check digit of a card.
 */
const JOINED_EVENLY = SHAPES.filter((groups) => groups.length > 2).map((groups) => {
  const first = group(groups[0] ?? 0)
  const found = groups.map(group).join(String.raw`\k<joint>`)
  const goesOn = String.raw`\k<joint>${first}(?!\d)`
  return [
    String.raw`(?<!\d)(?=${first}(?<joint>${ANY_JOINT})\d)(?<!(?<!\d)${first}\k<joint>)`,
    String.raw`(?=(?<found>${found})(?!\d|${goesOn}))`,
  ].join('')
})

const CANDIDATES = [...JOINED, ...JOINED_EVENLY].map((pattern) => new RegExp(pattern, 'gu'))

/**
 * Year, month, day, hour and minute by two digits each, from 2020 to 2039: numbers that systems make of the time begin so.
 * From 2023 to 2027 they begin as Mastercard's do, of which hardly any can be read as a time.
 */
const TIME = /^[23]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d/

/**
 * Whether a text that is kept in the clear holds a card number: as many digits as its scheme has, with the check digit
 * that fits. Whoever sends one in a key, a reason or a reference did so by mistake, and it would stay for ever.
 */
export function holdsCardNumber(text: string): boolean {
  const plain = withPlainDigits(text.normalize('NFKC').replaceAll(UNSEEN, ''))
  if (!hasDigits(plain, DIGITS_MIN)) return false
  return cardNumbersIn(withoutNamed(plain)).next().done === false
}

/** Every card number of a text, some more than once. */
function* cardNumbersIn(text: string): Generator<{ readonly index: number; readonly found: string }> {
  for (const candidate of CANDIDATES)
    for (const { index, groups } of text.matchAll(candidate)) {
      const found = groups?.found ?? ''
      if (isCardNumber(found)) yield { index, found }
    }
}

function hasDigits(text: string, digitsMin: number): boolean {
  let count = 0
  for (let index = 0; index < text.length && count < digitsMin; index += 1)
    if (isDigit(text.charCodeAt(index))) count += 1
  return count === digitsMin
}

const [DIGIT_0, DIGIT_9] = [0x30, 0x39]

const isDigit = (code: number): boolean => code >= DIGIT_0 && code <= DIGIT_9

/**
 * A text that somebody else wrote and that is kept, with `*` for the digits of card numbers. Where one is disguised, so that
 * it does not stand in the text as it was found, for all digits.
 */
export function withoutCardNumbers(text: string): string {
  if (!holdsCardNumber(text)) return text
  // By places, as many numbers may overlap in a long text.
  const characters = text.split('')
  for (const { index, found } of cardNumbersIn(text))
    for (let at = index; at < index + found.length; at += 1) if (isDigit(text.charCodeAt(at))) characters[at] = '*'
  const blotted = characters.join('')
  return holdsCardNumber(blotted) ? text.normalize('NFKC').replaceAll(/\p{N}/gu, '*') : blotted
}

function isCardNumber(found: string): boolean {
  const digits = found.replaceAll(/\D/g, '')
  if (brandRulesOf(digits)?.lengths.includes(digits.length) !== true || !passesLuhn(digits)) return false
  // Nobody writes such a time in groups.
  return digits !== found || !TIME.test(digits)
}

/** The same of a URL, which may hold it encoded, or with `+` for spaces. */
export const urlHoldsCardNumber = (url: string): boolean =>
  holdsCardNumber(url.replaceAll('+', ' ').replaceAll(/(?:%[0-9A-Fa-f]{2})+/g, decoded))

/** What is no UTF-8 is shown as such: a URL with one wrong byte is looked at all the same. */
const decoded = (escapes: string): string => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8')
