import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { LRUCache } from 'lru-cache'
import { findListInForce } from './db/lists.ts'
import { compareNames, type Match } from './screen.ts'

/** Names of a tenant whose comparison is kept: a few MB, since most are like none. */
const NAMES_KEPT_MAX = 20_000

export type CompareOften = (
  tx: Tx,
  names: readonly string[],
) => Promise<{
  /** Of the list in force; null where there is none. */
  readonly version: number | null
  /** Of one of the names, most alike first. */
  readonly matchesOf: (name: string) => readonly Match[]
}>

/**
 * `compareNames` for those who pay again and again: a name is compared once with each version of the list, which never
 * changes. What was found under another version says nothing.
 */
export function comparisonsKept(): CompareOften {
  const kept = new LRUCache<string, readonly Match[]>({ max: NAMES_KEPT_MAX })
  return async function compare(tx, names) {
    const version = (await findListInForce(tx))?.version ?? null
    const keyOf = (name: string) => `${version} ${name}`
    const found = new Map(names.map((name) => [name, kept.get(keyOf(name))]))
    const missing = names.filter((name) => found.get(name) === undefined)
    if (version !== null && missing.length > 0) {
      const compared = await compareNames(tx, missing)
      // Another list came into force meanwhile.
      if (compared.version !== version) return compare(tx, names)
      for (const [index, name] of missing.entries()) {
        const matches = compared.matches[index] ?? []
        kept.set(keyOf(name), matches)
        found.set(name, matches)
      }
    }
    return { version, matchesOf: (name) => found.get(name) ?? [] }
  }
}
