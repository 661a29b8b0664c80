import { LEGAL_WORDS } from './legal-forms.ts'

export type WordCounts = {
  /** How many entries the list has. */
  readonly entryCount: number
  /** How many have a word; words of a list that was imported before they were counted are not there. */
  readonly entriesOfWord: ReadonlyMap<string, number>
}

/**
 * A word that more entries have says nothing: 30 of OFAC's 7,379, which makes 100 words common, Ali, Khan, Maria, bank and
 * trading among them, and no rare last name. Of longer lists the same share; of shorter ones the number, or two entries of one
 * family would make a name common.
 */
const COMMON_SHARE = 1 / 250
const COMMON_ENTRIES_MIN = 30

/**
 * How much a word says of whose name it is: 1 where one entry has it, 0 from the common ones on, and between them by the
 * logarithm: from one entry to two as much is lost as from ten to twenty.
 */
function rarity(entriesOfWord: number, entryCount: number): number {
  const common = Math.max(COMMON_ENTRIES_MIN, entryCount * COMMON_SHARE)
  return Math.max(0, 1 - Math.log(entriesOfWord) / Math.log(common))
}

/** A word that nobody else on the list has, and a quarter: with a first name that thirteen share it is many people's name. */
const ENOUGH = 1.25

/**
 * Whether the words of the same name as a listed one are enough for a machine to refuse. One word never is, nor are words that
 * many share (Ali Hassan, Wei Zhang), nor such a one with a single rare one (Sergey Ivanov). Legal forms and initials say
 * nothing. A person looks at the others: who is held by mistake is let go, while who is refused by a machine has nobody to ask.
 */
export function saysEnough(words: readonly string[], { entryCount, entriesOfWord }: WordCounts): boolean {
  const telling = words.filter((word) => word.length > 1 && !LEGAL_WORDS.has(word))
  // Of words that were not counted it is not known that others have them.
  const said = telling.map((word) => rarity(entriesOfWord.get(word) ?? 1, entryCount))
  return said.reduce((sum, one) => sum + one, 0) >= ENOUGH
}

/** What a word has to say that is contained in a name, and from how many letters on each that it is rare counts in full. */
const MUCH = 0.33
const LETTERS_IN_FULL = 7

/**
 * Whether a listed name of one word says something beside other words: of five letters where six entries of OFAC's list have
 * it at most, of seven and more where nine have. Of one that was not counted nobody knows.
 */
export function saysMuch(word: string, { entryCount, entriesOfWord }: WordCounts): boolean {
  const entries = entriesOfWord.get(word)
  if (entries === undefined) return false
  return rarity(entries, entryCount) * Math.min(1, word.length / LETTERS_IN_FULL) >= MUCH
}
