import type { Clock } from '@carriergraph/shared/clock.ts'
import { LRUCache } from 'lru-cache'
import type { CacheEntry, CacheStore } from './cache-store.ts'

interface KeptEntry extends CacheEntry {
  readonly expires_ms: number
}

export interface MemoryStoreOptions {
  /** Of keys and texts together; those that were not asked for the longest go first. */
  readonly bytes_max: number
  readonly clock: Clock
}

/** Characters take two bytes at the most; an entry has about so many beside them. */
const BYTES_A_CHARACTER = 2
const OVERHEAD_BYTES = 200

/** Keeps entries in this process, and loses them with it. */
export function createMemoryStore({ bytes_max, clock }: MemoryStoreOptions): CacheStore {
  const entries = new LRUCache<string, KeptEntry>({
    maxSize: bytes_max,
    sizeCalculation: ({ text }, key) => (text.length + key.length) * BYTES_A_CHARACTER + OVERHEAD_BYTES,
  })
  let epoch = 0
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined || clock().getTime() < entry.expires_ms) return entry
      entries.delete(key)
      return undefined
    },
    set(key, entry, keep_s, askedIn) {
      if (askedIn !== epoch) return
      entries.set(key, { ...entry, expires_ms: entry.askedAt_ms + keep_s * 1000 })
    },
    get epoch() {
      return epoch
    },
    failures: 0,
    async purge() {
      epoch += 1
      entries.clear()
    },
    close: async () => undefined,
  }
}
