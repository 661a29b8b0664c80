import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Candidate, findCandidates } from './db/candidates.ts'
import { type CountedWords, countWords } from './db/words.ts'
import type { Hit, ScreenedParty } from './hit.ts'
import { inSlices } from './in-slices.ts'
import { blockingKeys } from './matching/blocking-keys.ts'
import { isUnclear, type Reading, readings } from './matching/disguise.ts'
import { type Likeness, likenessTo } from './matching/likeness.ts'
import type { Name } from './matching/name.ts'
import { saysEnough, saysMuch } from './matching/rarity.ts'
import { soughtKeys } from './matching/whole-keys.ts'

export type NameToScreen = { readonly party: ScreenedParty; readonly name: string }

export type Screening = {
  /** The version of the list; null where none was imported, and nothing can be said of the names. */
  readonly version: number | null
  /** Of each party, most alike first. */
  readonly hits: readonly Hit[]
  /** Whose names cannot be compared. */
  readonly unclear: readonly ScreenedParty[]
}

/** Entries of one name. A name that is like more is common, and a person sees that from these. */
const HITS_MAX = 20

/** Candidates of long names are compared at that many in some three milliseconds, for which everybody else waits. */
const CANDIDATES_OF_SLICE = 64

/** An entry that a name may mean. */
export type Match = Omit<Hit, 'party' | 'screenedName'>

/** What names are like on the version of the list in force; null where there is none. */
export type Compared = {
  readonly version: number | null
  /** In the order of the names; of each most alike first. */
  readonly matches: readonly (readonly Match[])[]
}

/** Compares names with the list in force: those that share a key with one are found by an index, and compared in full. */
export async function compareNames(db: Db, names: readonly string[]): Promise<Compared> {
  const read = names.flatMap((name, index) =>
    readings(name).map((reading) => ({ index, reading, likeness: likenessTo(reading) })),
  )
  const found = await findCandidates(
    db,
    read.map(({ reading }) => ({ alike: blockingKeys(reading), whole: soughtKeys(reading) })),
  )
  const alike: Alike[] = []
  await inSlices(found.candidates, CANDIDATES_OF_SLICE, (candidate) => {
    const screened = read[candidate.nameIndex]
    const likeness = screened?.likeness(candidate)
    if (screened && likeness) alike.push({ ...screened, candidate, likeness })
  })
  // Most names are like none, and nothing is asked.
  const counted = await countWords(db, alike.flatMap(wordsToCount))
  // Another list came into force meanwhile.
  if (counted !== null && counted.version !== found.version) return compareNames(db, names)
  const matches: Match[][] = names.map(() => [])
  for (const one of alike) matches[one.index]?.push(...judge(one, counted))
  return { version: found.version, matches: matches.map(nearest) }
}

/** Under how many keys a name is searched, which is about what comparing it costs. */
export const costOfName = (name: string): number => readings(name).flatMap(blockingKeys).flat().length

/** What names that were compared say. */
export const screeningOf = (names: readonly NameToScreen[], { version, matches }: Compared): Screening => ({
  version,
  hits: names.flatMap(({ party, name }, index) =>
    (matches[index] ?? []).map((match) => ({ party, screenedName: name, ...match })),
  ),
  unclear: names.filter(({ name }) => isUnclear(name)).map(({ party }) => party),
})

export const screen = async (tx: Tx, names: readonly NameToScreen[]): Promise<Screening> =>
  screeningOf(
    names,
    await compareNames(
      tx,
      names.map(({ name }) => name),
    ),
  )

/** Of each entry the hit that is most like it. */
function nearest(hits: readonly Match[]): Match[] {
  const best = new Map<string, Match>()
  for (const hit of hits) {
    const before = best.get(hit.entryId)
    if (before === undefined || isNearer(hit, before)) best.set(hit.entryId, hit)
  }
  return [...best.values()].toSorted((a, b) => (isNearer(a, b) ? -1 : isNearer(b, a) ? 1 : 0)).slice(0, HITS_MAX)
}

const isNearer = (a: Match, b: Match): boolean =>
  gravity(a) === gravity(b) ? a.score > b.score : gravity(a) > gravity(b)

const gravity = ({ isExact, isConclusive }: Match): number => Number(isExact) + Number(isConclusive)

/** A name and one that it is like, before it is known how common their words are. */
type Alike = {
  readonly index: number
  readonly reading: Reading
  readonly candidate: Candidate
  readonly likeness: Likeness
}

const wordsToCount = ({ reading, likeness: { isExact, containedWord } }: Alike): string[] => {
  if (isExact) return textsOf(reading)
  return containedWord === null ? [] : [containedWord]
}

const textsOf = ({ words }: Name): string[] => words.map(({ text }) => text)

function judge({ reading, candidate, likeness }: Alike, counted: CountedWords | null): Match[] {
  const { entryId, entryName, program, name: matchedName, isWeak } = candidate
  const { score, isExact, containedWord } = likeness
  if (containedWord !== null && (counted === null || !saysMuch(containedWord, counted))) return []
  const isConclusive = isExact && !isWeak && counted !== null && saysEnough(textsOf(reading), counted)
  return [{ entryId, entryName, matchedName, program, score, isExact, isConclusive }]
}
