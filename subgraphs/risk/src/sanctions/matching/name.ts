import anyAscii from 'any-ascii'
import { doubleMetaphone } from 'double-metaphone'
import { LEGAL_PHRASES, LEGAL_WORDS, NUMERALS, TITLES } from './legal-forms.ts'
import { isVowelless, spoken, withoutArticles } from './vowelless.ts'

/** A name as it is compared. */
export type Name = {
  /** Different words, in the order in which they stand. Never empty. */
  readonly words: readonly Word[]
  /** Whether its letters were Latin: of others the words are a guess at how they sound. */
  readonly isLatin: boolean
  /** Whether it was written in a script that leaves vowels out: see `consonantSimilarity`. */
  readonly isVowelless: boolean
}

export type Word = {
  readonly text: string
  /** How it sounds, one or two ways (double metaphone); empty for numbers and for letters without a sound. */
  readonly sounds: readonly string[]
}

/**
 * Takes from a name what tells none apart: case, accents, punctuation, script, legal form, title, repeated words. What
 * would be left of nothing but those is kept whole.
 */
export function readName(text: string): Name {
  const hasNoVowels = isVowelless(text)
  return {
    words: wordsOf(text).map((word) => ({ text: word, sounds: soundsOf(hasNoVowels ? spoken(word) : word) })),
    isLatin: !/(?!\p{Script=Latin})\p{L}/u.test(text),
    isVowelless: hasNoVowels,
  }
}

/** The words of a name as it is compared, without their sound. */
export function wordsOf(text: string): string[] {
  const words = foldedWords(text)
  const bare = withoutForms(words)
  const kept = [...new Set((bare.length > 0 ? bare : words).map((word) => NUMERALS.get(word) ?? word))]
  // A name of nothing but signs is compared as it stands.
  return kept.length > 0 ? kept : [text.trim().toLowerCase()]
}

/** Which names are the same: words in one order and no other. */
export const nameKey = ({ words }: Name): string =>
  words
    .map(({ text }) => text)
    .toSorted()
    .join(' ')

function foldedWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .replace(APOSTROPHES, '')
    // SergeiLavrov: two words whose space was lost.
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
  return (
    anyAscii(isVowelless(plain) ? withoutArticles(plain) : plain)
      .toLowerCase()
      .replace(APOSTROPHES, '')
      // S.A. and A.B.C.: one word.
      .replace(/\b(?:[a-z]\.){2,}[a-z]?\b\.?/g, (letters) => `${letters.replaceAll('.', '')} `)
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
  )
}

const APOSTROPHES = /['’‘`´ʻʼʿʾ"“”]/gu

function withoutForms(words: readonly string[]): string[] {
  let line = ` ${words.join(' ')} `
  for (const phrase of LEGAL_PHRASES) line = line.replaceAll(` ${phrase} `, ' ')
  const bare = line.split(' ').filter((word) => word !== '' && !LEGAL_WORDS.has(word))
  const untitled = bare.filter((word) => !TITLES.has(word))
  return untitled.length > 0 ? untitled : bare
}

const soundsOf = (word: string): string[] =>
  /\d/.test(word) ? [] : [...new Set(doubleMetaphone(word))].filter((sound) => sound !== '')
