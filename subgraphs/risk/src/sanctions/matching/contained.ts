import { distance } from 'fastest-levenshtein'
import type { Reading } from './disguise.ts'
import type { Name, Word } from './name.ts'
import { ORDINARY_WORDS } from './ordinary-words.ts'
import type { Joins } from './respaced.ts'

/** Shorter names are letters, ISIS, FARC, which are the letters of others too; of a ship, which is named beside them, they are its name. */
const LETTERS_MIN = 5
const LETTERS_OF_VESSEL_MIN = 3
/** From so many letters on one of them may be wrong where the word sounds the same: Hizbollah. */
const LETTERS_OF_MISSPELT_MIN = 7

/**
 * Whether a screened name contains a listed one of a single word (Taliban Kabul): that word, or null. Whether it is rare enough
 * to say anything is for the list to tell: see `saysMuch`.
 * @param joins of the screened words
 */
export function containedWord(screened: Reading, joins: Joins, listed: Name): string | null {
  const [word, ...more] = listed.words
  if (word === undefined || more.length > 0 || screened.words.length === 1) return null
  const { text } = word
  if (text.length < (screened.isOfVessel ? LETTERS_OF_VESSEL_MIN : LETTERS_MIN) || /\d/.test(text)) return null
  if (ORDINARY_WORDS.has(text) && !screened.isOfVessel) return null
  const isThere = joins.has(text) || screened.words.some((one) => isNear(one, word))
  return isThere ? text : null
}

function isNear(one: Word, listed: Word): boolean {
  if (one.text === listed.text) return true
  const isLong = Math.min(one.text.length, listed.text.length) >= LETTERS_OF_MISSPELT_MIN
  return isLong && distance(one.text, listed.text) === 1 && one.sounds.some((sound) => listed.sounds.includes(sound))
}
