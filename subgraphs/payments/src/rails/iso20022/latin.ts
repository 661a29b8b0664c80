import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'

/** The characters that every bank of SEPA carries, and SWIFT too. */
const LATIN = /^[A-Za-z0-9/\-?:().,'+ ]*$/

/**
 * Letters of Latin script that are no letter with a mark, and signs as the table of the EPC (EPC217-08) writes them. What it writes for
 * signs of currencies and for `<` would say something else.
 */
const WRITTEN_OTHERWISE: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['ẞ', 'SS'],
  ['æ', 'ae'],
  ['Æ', 'AE'],
  ['œ', 'oe'],
  ['Œ', 'OE'],
  ['ø', 'o'],
  ['Ø', 'O'],
  ['đ', 'd'],
  ['Đ', 'D'],
  ['ð', 'd'],
  ['Ð', 'D'],
  ['ħ', 'h'],
  ['Ħ', 'H'],
  ['ı', 'i'],
  ['ł', 'l'],
  ['Ł', 'L'],
  ['ŋ', 'n'],
  ['Ŋ', 'N'],
  ['þ', 'th'],
  ['Þ', 'TH'],
  ['ŧ', 't'],
  ['Ŧ', 'T'],
  ['&', '+'],
  ['_', '-'],
  ['‐', '-'],
  ['‑', '-'],
  ['–', '-'],
  ['—', '-'],
  ['‘', "'"],
  ['’', "'"],
  ['`', "'"],
  ['´', "'"],
  ['"', "'"],
  ['“', "'"],
  ['”', "'"],
  ['„', "'"],
  ['«', "'"],
  ['»', "'"],
  [';', ','],
  ['!', '.'],
  ['#', '.'],
  ['%', '.'],
  ['*', '.'],
  ['=', '.'],
  ['@', '.'],
  ['^', '.'],
  ['|', '/'],
  ['~', '-'],
  ['…', '...'],
  ['[', '('],
  [']', ')'],
  ['{', '('],
  ['}', ')'],
  ['\\', '/'],
  ['\t', ' '],
  ['\n', ' '],
  ['\r', ' '],
  ['\u00a0', ' '],
])

/**
 * A name or message in SEPA's Latin set. Letters of Latin script lose their marks (é is e, ü is u) and signs get their plain
 * form. Other scripts are refused and not spelt by a guess: a bank compares the name with that of the account, so whoever
 * pays has to write it as that bank does.
 */
export function toLatin(text: string, field: readonly string[]): Outcome<string, 'CHARACTER_NOT_ALLOWED'> {
  let written = ''
  // Marks that no one character has with its letter are left out as well, and never those that stand alone.
  const marked = text.normalize('NFC').replace(LETTER_WITH_MARKS, '$1')
  for (const character of marked) {
    const plain = plainOf(character)
    if (plain === undefined) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      const message = `U+${code} is no character that banks carry: write it in Latin letters.`
      return refuse('CHARACTER_NOT_ALLOWED', message, field)
    }
    written += plain
  }
  return ok(written.replace(/ {2,}/g, ' ').trim())
}

/** No letter of a language has more than three. */
const LETTER_WITH_MARKS = /(\p{Script=Latin})\p{Mn}{1,3}(?!\p{Mn})/gu

function plainOf(character: string): string | undefined {
  if (LATIN.test(character)) return character
  const otherwise = WRITTEN_OTHERWISE.get(character)
  if (otherwise !== undefined) return otherwise
  if (!/^\p{Script=Latin}$/u.test(character)) return undefined
  const bare = character.normalize('NFD').replace(/\p{M}/gu, '')
  return LATIN.test(bare) ? bare : WRITTEN_OTHERWISE.get(bare)
}
