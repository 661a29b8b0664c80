import { type Name, readName } from './name.ts'
import { withoutVesselMarks } from './vessel-marks.ts'

/** A screened name in one of the ways to read it. */
export type Reading = Name & {
  /** Whether it said that it is a ship's. */
  readonly isOfVessel: boolean
}

/**
 * The ways to read a name that is screened: as it stands; with capitals that mean nothing (`OsTiN` is no two words); without
 * what disguises it, signs between letters and figures for letters; and without what says that it is a ship's. Those that
 * differ, the first as it stands.
 */
export function readings(text: string): Reading[] {
  const names = [
    readName(text),
    readName(text.toLowerCase()),
    // A guess, as is what was transliterated: alike at best, and never the same. So are the others.
    { ...readName(undisguised(text)), isLatin: false },
  ].map((name) => ({ ...name, isOfVessel: false }))
  const unmarked = withoutVesselMarks(text)
  const all = unmarked === text ? names : [...names, { ...readName(unmarked), isLatin: false, isOfVessel: true }]
  return all.filter((name, index) => all.findIndex((other) => wordsOf(other) === wordsOf(name)) === index)
}

const wordsOf = ({ words }: Name): string => words.map(({ text }) => text).join(' ')

/** Signs for letters that they look like. */
const LETTERS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
}

const SIGNS = /[\p{Extended_Pictographic}\p{So}\p{Sk}\p{Cf}\p{Variation_Selector}]/gu
const undisguised = (text: string): string =>
  text
    // Before NFKC, which spells a trade mark out.
    .replace(SIGNS, '')
    .normalize('NFKC')
    .toLowerCase()
    // Figures alone are figures: Brigade 44.
    .replace(/\S*\p{L}\S*/gu, (word) => word.replace(/[0134571@$!|]/g, (sign) => LETTERS[sign] ?? sign))

/** Names of so many words that have no more letters each, on average, were taken to pieces. */
const PIECES_MIN = 4
const PIECE_LENGTH = 2

/**
 * Whether nothing can be said of a name by comparing it: it has no letters, or none but single ones, or pieces of words, or
 * letters of several scripts, which look like others and sound like none. A person looks at it.
 */
export function isUnclear(text: string): boolean {
  const words = readName(text).words.map((word) => word.text)
  if (!words.some((word) => /[a-z]/.test(word)) || words.every((word) => word.length === 1)) return true
  const length = words.reduce((sum, word) => sum + word.length, 0)
  return (words.length >= PIECES_MIN && length <= PIECE_LENGTH * words.length) || hasMixedScripts(text)
}

const hasMixedScripts = (text: string): boolean => {
  const plain = text.normalize('NFKC')
  return MIXTURES.some(({ one, other }) => one.test(plain) && other.test(plain))
}

/** Letters of all scripts, such as the prolonged sound mark of Japanese, mix nothing. */
const MIXTURES = [
  { one: /\p{Script=Latin}/u, other: /(?![\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}])\p{L}/u },
  { one: /\p{Script=Cyrillic}/u, other: /(?![\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}])\p{L}/u },
  { one: /\p{Script=Greek}/u, other: /(?![\p{Script=Greek}\p{Script=Common}\p{Script=Inherited}])\p{L}/u },
]
