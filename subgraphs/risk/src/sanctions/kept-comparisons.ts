import type { Db } from '@carriergraph/shared/db/pools.ts'
import { LRUCache } from 'lru-cache'
import { findListInForce } from './db/lists.ts'
import { type Compared, compareNames, type Match } from './screen.ts'

/** Names of a tenant whose comparison is kept: a few MB, since most are like none. */
const NAMES_KEPT_MAX = 20_000

export type KeptComparisons = {
  /** What names are like, as far as that is kept, on the version of the list in force. */
  find(db: Db, names: readonly string[]): Promise<FoundComparisons>
  /** Compares names, and keeps what they are like. */
  compare(db: Db, names: readonly string[]): Promise<void>
}

export type FoundComparisons = {
  /** Of the list in force; null where there is none. */
  readonly version: number | null
  /** Of a name that is kept, most alike first; without a list nothing is like it. */
  readonly matchesOf: (name: string) => Compared['matches'][number] | undefined
}

/**
 * `compareNames` for those who pay again and again: a name is compared once with each version of the list, which never
 * changes. What was found under another version says nothing.
 */
export function comparisonsKept(): KeptComparisons {
  const kept = new LRUCache<string, readonly Match[]>({ max: NAMES_KEPT_MAX })
  const keyOf = (version: number, name: string) => `${version} ${name}`

  async function find(db: Db, names: readonly string[]): Promise<FoundComparisons> {
    const version = (await findListInForce(db))?.version ?? null
    const found = new Map(names.map((name) => [name, version === null ? [] : kept.get(keyOf(version, name))]))
    return { version, matchesOf: (name) => found.get(name) }
  }

  return {
    find,
    async compare(db, names) {
      const { matchesOf } = await find(db, names)
      // Another payer may have asked for the same meanwhile.
      const missing = names.filter((name) => matchesOf(name) === undefined)
      if (missing.length === 0) return
      const { version, matches } = await compareNames(db, missing)
      if (version === null) return
      for (const [index, name] of missing.entries()) kept.set(keyOf(version, name), matches[index] ?? [])
    },
  }
}
