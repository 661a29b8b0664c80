import { consonantSimilarity } from './consonants.ts'
import { containedWord } from './contained.ts'
import type { Reading } from './disguise.ts'
import { type Name, nameKey, readName } from './name.ts'
import { joinsOf, respaced } from './respaced.ts'
import { HIT_SCORE, similarity } from './similarity.ts'
import { withoutVesselMarks } from './vessel-marks.ts'

/** A name on the list. */
export type ListedName = {
  readonly name: string
  /** Of a vessel or an aircraft, or an alias that the list calls weak. */
  readonly isWeak: boolean
}

export type Likeness = {
  readonly score: number
  /** Whether they are the same but for case, accents, punctuation, order and legal form. */
  readonly isExact: boolean
  /** The only word of the listed one, where it is alike for nothing else: it has to be rare. */
  readonly containedWord: string | null
}

/** As alike as a name is that contains another one: found, and no more. */
const CONTAINED_SCORE = 0.9

/** How alike a screened name is to listed ones, in whichever way it is most; null to those that it is not. */
export function likenessTo(screened: Reading): (listed: ListedName) => Likeness | null {
  const joins = joinsOf(screened.words)
  const similarityTo = (listed: Name): number => {
    const words = respaced(screened.words, joins, listed.words)
    const score = Math.max(similarity(screened, listed), consonantSimilarity(screened, listed))
    return words === null ? score : Math.max(score, similarity({ ...screened, words }, listed))
  }
  return ({ name, isWeak }) => {
    const listed = readName(name)
    const unmarked = withoutVesselMarks(name)
    const ways = unmarked === name ? [listed] : [listed, readName(unmarked)]
    const score = Math.max(...ways.map(similarityTo))
    // What was transliterated is alike at best: Arabic without its vowels is the same for many names.
    const isExact = screened.isLatin && listed.isLatin && nameKey(screened) === nameKey(listed)
    if (score >= HIT_SCORE) return { score, isExact, containedWord: null }
    // Ships are called as people and firms are: theirs say nothing but where a ship is spoken of.
    if (isWeak && !screened.isOfVessel) return null
    const contained = ways.map((way) => containedWord(screened, joins, way)).find((word) => word !== null)
    return contained ? { score: CONTAINED_SCORE, isExact: false, containedWord: contained } : null
  }
}
