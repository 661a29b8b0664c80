import type { Name } from './name.ts'
import { joinsOf, partsOf } from './respaced.ts'

/** Under which keys a listed name is found by words that it has whole. */
export const wholeKeys = ({ words }: Name): string[] => words.map(({ text }) => keyOf(text))

/**
 * Under which of those it is looked for: by words of the screened one, in which it may be contained, by what they are put
 * together, and by what a long one begins and ends with. Each inner list belongs to one word that would be found.
 */
export const soughtKeys = ({ words }: Name): string[][] =>
  [
    ...words.filter(({ text }) => words.length > 1 && text.length >= SOUGHT_LENGTH_MIN).map(({ text }) => [text]),
    ...[...joinsOf(words).keys()].map((text) => [text]),
    ...partsOf(words),
  ].map((texts) => texts.map(keyOf))

/** See `containedWord`: shorter ones are found as all names are. */
const SOUGHT_LENGTH_MIN = 5

const keyOf = (word: string): string => `w:${word}`
