/** An answer that is kept. */
export interface CacheEntry {
  /** When its subgraphs were asked, in ms since 1970: what it says may be as old as that. */
  readonly askedAt_ms: number
  /** For how long it is fresh. */
  readonly maxAge_s: number
  /** JSON. */
  readonly text: string
}

/** Keeps entries for a while. Losing one costs time and nothing else, so a store may forget whatever it likes. */
export interface CacheStore {
  /** Never rejects: a store that fails has no entry. */
  get(key: string): CacheEntry | undefined | Promise<CacheEntry | undefined>
  /**
   * For `keep_s`, from when the entry was asked for or a moment later. `epoch` is the store's of when that was: what was
   * asked for before a purge is not kept after it.
   */
  set(key: string, entry: CacheEntry, keep_s: number, epoch: number): void
  /** How often this process was told to purge. */
  readonly epoch: number
  /** How often it could not be reached, or did not answer in time. */
  readonly failures: number
  /** Forgets all entries, and those that are being asked for. Rejects when it cannot be sure of that. */
  purge(): Promise<void>
  close(): Promise<void>
}

export interface CacheLimits {
  /** Of all answers that one process keeps. */
  readonly memory_bytes_max: number
  /** In characters: a longer answer is not kept. */
  readonly entry_length_max: number
  /** For how long it is believed that something is not there. */
  readonly negative_s_max: number
  /** A request waits no longer for a store outside of this process. */
  readonly answer_ms_max: number
}
