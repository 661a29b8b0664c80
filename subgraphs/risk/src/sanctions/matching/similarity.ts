import { jaroWinkler } from '@skyra/jaro-winkler'
import { distance } from 'fastest-levenshtein'
import type { Name, Word } from './name.ts'

/** From this similarity on a person looks at it: the best balance of precision and recall on labelled pairs (ADR). */
export const HIT_SCORE = 0.86

/** Two words below it have nothing to do with one another. */
const WORD_SCORE_MIN = 0.6
/** What two words gain by sounding alike. */
const SOUND_BONUS = 0.1
/** Words that are written otherwise are never the same. */
const OTHER_WORD_SCORE_MAX = 0.99
/** How far `J.` is `Jean`. */
const INITIAL_SCORE = 0.8
/** How much it counts that the longer name has words that the shorter one lacks: middle names are left out. */
const LONGER_WEIGHT = 0.1
/** One word that is found among several says little. */
const SINGLE_WORD_FACTOR = 0.8
/** From here on names whose spaces are elsewhere are alike as one word: `YaMahdi`, `Ya Mahdi`. */
const JOINED_SCORE_MIN = 0.88

const INITIAL_WEIGHT = 0.4
const PARTICLE_WEIGHT = 0.3
const PARTICLES = new Set('al el bin ibn abu abd de la van von der den da dos del di bint ben y e'.split(' '))

/**
 * How alike two names are, 0 to 1, whatever the order of their words: each word is paired with the one most like it, and
 * what is paired is weighed against what is not. Words are compared by letters (half Jaro-Winkler, half Levenshtein) and
 * by sound.
 */
export function similarity(a: Name, b: Name): number {
  const [shorter, longer] = a.words.length <= b.words.length ? [a.words, b.words] : [b.words, a.words]
  const paired = pair(shorter, longer)
  const share = (words: readonly Word[], side: 'short' | 'long') =>
    sum(paired.map((match) => weight(match[side]) * match.score)) / sum(words.map(weight))
  const ofShorter = share(shorter, 'short')
  const whole = ofShorter * (1 - LONGER_WEIGHT + LONGER_WEIGHT * share(longer, 'long'))
  const score = shorter.length === 1 && longer.length > 1 ? whole * SINGLE_WORD_FACTOR : whole
  const joined = joinedSimilarity(a.words, b.words)
  return joined > JOINED_SCORE_MIN ? Math.max(score, joined) : score
}

type Match = { readonly short: Word; readonly long: Word; readonly score: number }

/** The best pairs first; no word is in two. */
function pair(shorter: readonly Word[], longer: readonly Word[]): Match[] {
  const candidates = shorter
    .flatMap((short) => longer.map((long) => ({ short, long, score: wordSimilarity(short, long) })))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
  const taken = new Set<Word>()
  return candidates.filter(({ short, long }) => {
    if (taken.has(short) || taken.has(long)) return false
    taken.add(short).add(long)
    return true
  })
}

function wordSimilarity(a: Word, b: Word): number {
  if (a.text === b.text) return 1
  // Brigade 44 is not Brigade 45, and not Brigade XLIV either.
  if (/\d/.test(a.text + b.text)) return 0
  if (a.text.length === 1 || b.text.length === 1) return a.text[0] === b.text[0] ? INITIAL_SCORE : 0
  const letters = (jaroWinkler(a.text, b.text) + levenshtein(a.text, b.text)) / 2
  const soundAlike = a.sounds.some((sound) => b.sounds.includes(sound))
  const score = soundAlike ? Math.min(OTHER_WORD_SCORE_MAX, letters + SOUND_BONUS) : letters
  return score >= WORD_SCORE_MIN ? score : 0
}

function joinedSimilarity(a: readonly Word[], b: readonly Word[]): number {
  const lengths = [a, b].map((words) => sum(words.map(({ text }) => text.length)))
  // Each letter that one has more is a difference, and most pairs are told apart by that alone.
  if (Math.min(...lengths) <= JOINED_SCORE_MIN * Math.max(...lengths)) return 0
  const inOrder = (words: readonly Word[]) => words.map(({ text }) => text).join('')
  const sorted = (words: readonly Word[]) => inOrder(words.toSorted((x, y) => (x.text < y.text ? -1 : 1)))
  // As in words: a number is the same or another.
  const digits = (words: readonly Word[]) => sorted(words).replace(/\D/g, '')
  if (digits(a) !== digits(b)) return 0
  // `Ost in Veld rox`: in pieces, and the list has the last name first.
  const [whole, pieces] = a.length <= b.length ? [a, b] : [b, a]
  const turned = whole.map((_, at) => inOrder([...whole.slice(at), ...whole.slice(0, at)]))
  return Math.max(...turned.map((text) => levenshtein(text, inOrder(pieces))), levenshtein(sorted(a), sorted(b)))
}

const levenshtein = (a: string, b: string): number => 1 - distance(a, b) / Math.max(a.length, b.length)

function weight({ text }: Word): number {
  if (PARTICLES.has(text)) return PARTICLE_WEIGHT
  return text.length === 1 ? INITIAL_WEIGHT : 1
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
