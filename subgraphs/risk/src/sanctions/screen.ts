import type { Tx } from '@carriergraph/shared/db/pools.ts'
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

/** Compares names with the list in force: those that share a key with one are found by an index, and compared in full. */
export async function screen(tx: Tx, names: readonly NameToScreen[]): Promise<Screening> {
  const read = names.flatMap((toScreen) => readings(toScreen.name).map((reading) => ({ ...toScreen, read: reading })))
  const found = await findCandidates(
    tx,
    read.map(({ read }) => blockingKeys(read)),
  )
  const compared = found.candidates.flatMap((candidate) => {
    const screened = read[candidate.nameIndex]
    const hit = screened && compare(screened, candidate)
    return hit ? [hit] : []
  })
  return {
    version: found.version,
    hits: names.flatMap(({ party }) => nearest(compared.filter((hit) => hit.party === party))),
    unclear: names.filter(({ name }) => isUnclear(name)).map(({ party }) => party),
  }
}

/** Of each entry the hit that is most like it. */
function nearest(hits: readonly Hit[]): Hit[] {
  const best = new Map<string, Hit>()
  for (const hit of hits) {
    const before = best.get(hit.entryId)
    if (before === undefined || isNearer(hit, before)) best.set(hit.entryId, hit)
  }
  return [...best.values()].toSorted((a, b) => (isNearer(a, b) ? -1 : isNearer(b, a) ? 1 : 0)).slice(0, HITS_MAX)
}

const isNearer = (a: Hit, b: Hit): boolean => (a.isExact === b.isExact ? a.score > b.score : a.isExact)

function compare({ party, name, read }: NameToScreen & { readonly read: Name }, candidate: Candidate): Hit | null {
  const listed = readName(candidate.name)
  const score = similarity(read, listed)
  if (score < HIT_SCORE) return null
  const { entryId, entryName, program, name: matchedName } = candidate
  // What was transliterated is alike at best: Arabic without its vowels is the same for many names.
  const isExact = read.isLatin && listed.isLatin && nameKey(read) === nameKey(listed)
  return { party, screenedName: name, entryId, entryName, matchedName, program, score, isExact }
}
