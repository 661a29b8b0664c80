import { doubleMetaphone } from 'double-metaphone'
import type { Name } from './name.ts'

/** As much of a sound as two spellings of one name have in common, as a rule. */
const SOUND_LENGTH = 4
const START_LENGTH = 3
/** Of the name as one word: more, because everything stands in it. */
const JOINED_SOUND_LENGTH = 6

/**
 * Under which keys a name is found: for each of its words how it sounds and how it begins and ends, and for all of them
 * as one word how that sounds. Names that share none are never compared; names that are alike share one, as a rule.
 * Each inner list belongs to one word: what counts is how many words two names share.
 */
export function blockingKeys({ words }: Name): string[][] {
  const ofWords = words.map(({ text, sounds }) => [
    ...sounds.map((sound) => `s:${sound.slice(0, SOUND_LENGTH)}`),
    ...(text.length > 1 ? [`b:${text.slice(0, START_LENGTH)}`, `e:${text.slice(-START_LENGTH)}`] : [`b:${text}`]),
  ])
  const joined = doubleMetaphone(words.map(({ text }) => text).join(''))
  const ofAll = joined.filter(Boolean).map((sound) => `j:${sound.slice(0, JOINED_SOUND_LENGTH)}`)
  return [...ofWords, ofAll].map((keys) => [...new Set(keys)])
}
