import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { type Candidate, findCandidates } from './db/candidates.ts'
import type { Hit, ScreenedParty } from './hit.ts'
import { blockingKeys } from './matching/blocking-keys.ts'
import { isUnclear, readings } from './matching/disguise.ts'
import { type Name, nameKey, readName } from './matching/name.ts'
import { HIT_SCORE, similarity } from './matching/similarity.ts'

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
  const read = names.flatMap((name, index) => readings(name).map((reading) => ({ index, reading })))
  const found = await findCandidates(
    db,
    read.map(({ reading }) => blockingKeys(reading)),
  )
  const matches: Match[][] = names.map(() => [])
  for (const candidate of found.candidates) {
    const screened = read[candidate.nameIndex]
    const match = screened && compare(screened.reading, candidate)
    if (match) matches[screened.index]?.push(match)
  }
  return { version: found.version, matches: matches.map(nearest) }
}

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

const isNearer = (a: Match, b: Match): boolean => (a.isExact === b.isExact ? a.score > b.score : a.isExact)

function compare(read: Name, candidate: Candidate): Match | null {
  const listed = readName(candidate.name)
  const score = similarity(read, listed)
  if (score < HIT_SCORE) return null
  const { entryId, entryName, program, name: matchedName } = candidate
  // What was transliterated is alike at best: Arabic without its vowels is the same for many names.
  const isExact = read.isLatin && listed.isLatin && nameKey(read) === nameKey(listed)
  return { entryId, entryName, matchedName, program, score, isExact }
}
