import type { Name } from './name.ts'
import { similarity } from './similarity.ts'

/** From so alike on a person looks at it. Higher than where vowels are compared: consonants alone are those of many names. */
const SCORE_MIN = 0.92
/** Fewer say nothing: `slm` is Salem, Islam, Selim and Salma. */
const CONSONANTS_MIN = 6

/** Words of Latin names that such a script does not write, or writes as a part of the next one. */
const ARTICLES = new Set('al el ul ur ud as ad az an at ar ash'.split(' '))

/**
 * How alike a name in a script without vowels and one with them are by their consonants, 0 where they are not enough so. Two of one
 * kind are for `similarity` to compare.
 */
export function consonantSimilarity(a: Name, b: Name): number {
  if (a.isVowelless === b.isVowelless) return 0
  const [one, other] = [consonantsOf(a), consonantsOf(b)]
  if ([one, other].some(({ words }) => words.length < 2 || lengthOf(words) < CONSONANTS_MIN)) return 0
  const score = similarity(one, other)
  return score >= SCORE_MIN ? score : 0
}

const lengthOf = (words: Name['words']): number => words.reduce((sum, { text }) => sum + text.length, 0)

function consonantsOf(name: Name): Name {
  const words = name.words.map(({ text }) => text).filter((text) => name.isVowelless || !ARTICLES.has(text))
  const texts = new Set(words.map((word) => bare(name.isVowelless ? word : plain(word))).filter((text) => text !== ''))
  return { ...name, words: [...texts].map((text) => ({ text, sounds: [] })) }
}

/** Consonants that are written with two letters, or with one of several, with one; `Abdul…` without its article. */
const plain = (word: string): string =>
  word
    .replace(/^(abd)[aeu]l/, '$1')
    .replace(/sch|sh|ch/g, 'x')
    .replace(/c(?=[eiy])/g, 's')
    .replace(/kh|[qc]/g, 'k')
    .replace(/dj|zh/g, 'j')
    .replace(/ph/g, 'f')
    .replace(/([tdg])h/g, '$1')
    .replaceAll('p', 'b')

/** Without vowels, what may stand for one, and doubled letters. */
const bare = (word: string): string =>
  word
    .replace(/[aeiouwyv]/g, '')
    .replace(/(?<=.)h$/, '')
    .replace(/(.)\1+/g, '$1')
