import type { Word } from './name.ts'

/** A word is put together from so many pieces at the most: Ni-co-las. */
const PIECES_MAX = 4
/** A part of a word that is looked for; the rest of it may be shorter: al, Li. */
const PART_LENGTH_MIN = 3
/** A word that is several has the letters of two parts; nobody's are longer. */
const GLUED_LENGTH = { min: 2 * PART_LENGTH_MIN, max: 40 }

/** Neighbouring words as one: where the first stands, and how many they are. */
export type Joins = ReadonlyMap<string, readonly { readonly at: number; readonly pieces: number }[]>

export const joinsOf = (words: readonly Word[]): Joins => Map.groupBy(allJoins(words), ({ text }) => text)

const allJoins = (words: readonly Word[]) =>
  words.flatMap((_, at) => {
    const counts = Array.from(
      { length: Math.max(0, Math.min(PIECES_MAX, words.length - at) - 1) },
      (_count, n) => n + 2,
    )
    return counts.map((pieces) => ({ at, pieces, text: textOf(words.slice(at, at + pieces)) }))
  })

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join('')

/** What words may begin and end with that are several: NICOLASMADURO. */
export const partsOf = (words: readonly Word[]): string[][] =>
  words.filter(isLong).flatMap(({ text }) => {
    const lengths = Array.from({ length: text.length - PART_LENGTH_MIN - 1 }, (_, n) => n + PART_LENGTH_MIN)
    return [lengths.map((length) => text.slice(0, length)), lengths.map((length) => text.slice(-length))]
  })

const isLong = ({ text }: Word): boolean => text.length >= GLUED_LENGTH.min && text.length <= GLUED_LENGTH.max

/**
 * The words of a screened name with the blanks of a listed one: pieces that together are a word of it are that word, and a word
 * that is several of it is those. Null where nothing changes.
 * @param joins of the screened words, which are compared with many
 */
export function respaced(screened: readonly Word[], joins: Joins, listed: readonly Word[]): Word[] | null {
  const joined = listed.flatMap((word) => joins.get(word.text)?.map((join) => ({ ...join, word })) ?? [])
  const words: Word[] = []
  let isOther = false
  for (let at = 0; at < screened.length; ) {
    const join = joined.find((one) => one.at === at)
    const word = screened[at]
    const others = join ? [join.word] : word && unglued(word, listed)
    if (others) words.push(...others)
    else if (word) words.push(word)
    isOther ||= Boolean(others)
    at += join?.pieces ?? 1
  }
  return isOther ? [...new Set(words)] : null
}

/** The listed words that a long one consists of, two at least, each once. */
function unglued(word: Word, listed: readonly Word[]): readonly Word[] | null {
  if (!isLong(word)) return null
  const parts = consistsOf(word.text, listed)
  return parts !== null && parts.length > 1 ? parts : null
}

function consistsOf(text: string, listed: readonly Word[]): readonly Word[] | null {
  if (text === '') return []
  for (const word of listed) {
    // A single letter is an initial or what is left of a legal form, and the end of many a word.
    if (word.text.length === 1 || !text.startsWith(word.text)) continue
    const rest = consistsOf(
      text.slice(word.text.length),
      listed.filter((other) => other !== word),
    )
    if (rest !== null) return [word, ...rest]
  }
  return null
}
