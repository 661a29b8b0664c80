import { hash } from 'node:crypto'
import type { Log } from '@carriergraph/shared/log.ts'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import { createClient } from '@redis/client'
import { watchForSilence } from '../redis-silence.ts'
import type { CacheEntry, CacheStore } from './cache-store.ts'

const KEY_PREFIX = 'gateway:cache:'
/** For so long Redis is left alone after it did not answer, and every request goes on without it. */
const REST_MS = 1_000
const CONNECT_MS_MAX = 2_000
/** Keys of one round trip of a purge. */
const PURGE_BATCH = 500

export interface RedisStoreOptions {
  readonly url: string
  /** A request waits no longer for an entry. */
  readonly answer_ms_max: number
  readonly log: Pick<Log, 'info' | 'warn'>
}

/**
 * Keeps entries in a Redis that all processes share, and that they survive in. While it is away nothing is kept and no
 * request fails; the gateway starts without it as well. It is to be set up to evict (`maxmemory-policy volatile-lru`).
 */
export function createRedisStore({ url, answer_ms_max, log }: RedisStoreOptions): CacheStore {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS_MAX, reconnectStrategy: () => REST_MS },
  })
  let restsUntil_ms = 0
  let isTold = false
  let failures = 0
  let epoch = 0

  function failed(error: unknown): void {
    failures += 1
    restsUntil_ms = performance.now() + REST_MS
    if (!isTold) log.warn({ err: error }, 'no answers are kept: Redis does not answer')
    isTold = true
  }

  const isUsable = (): boolean => client.isReady && performance.now() >= restsUntil_ms

  client.on('error', failed)
  client.on('ready', () => {
    if (isTold) log.info('answers are kept in Redis again')
    isTold = false
    restsUntil_ms = 0
  })
  watchForSilence(client, CONNECT_MS_MAX, failed)
  client.connect().catch(failed)

  async function read(key: string): Promise<CacheEntry | undefined> {
    try {
      const answer = client.get(KEY_PREFIX + key)
      if (!(await within(answer, answer_ms_max))) throw new Error(`Redis did not answer within ${answer_ms_max} ms`)
      const text = await answer
      return text === null ? undefined : entryOf(key, text)
    } catch (error) {
      failed(error)
      return undefined
    }
  }

  return {
    get: (key) => (isUsable() ? read(key) : undefined),
    set(key, entry, keep_s, askedIn) {
      if (askedIn !== epoch || !isUsable()) return
      const expiration = { type: 'PX', value: Math.ceil(keep_s * 1000) } as const
      client.set(KEY_PREFIX + key, textOf(key, entry), { expiration }).catch(failed)
    },
    get epoch() {
      return epoch
    },
    get failures() {
      return failures
    },
    async purge() {
      // First, so that whatever is stored later than the scan begins was asked for later as well.
      epoch += 1
      for await (const keys of client.scanIterator({ MATCH: `${KEY_PREFIX}*`, COUNT: PURGE_BATCH }))
        if (keys.length > 0) await client.unlink(keys)
    },
    async close() {
      if (client.isOpen) client.destroy()
    },
  }
}

const textOf = (key: string, { askedAt_ms, maxAge_s, text }: CacheEntry): string => {
  const told = `${askedAt_ms} ${maxAge_s} ${text}`
  return `${digestOf(key, told)} ${told}`
}

/**
 * Undefined for what somebody else has put there, or has changed. Texts go out as they are, so nothing else would notice;
 * a digest of a large one costs a fraction of parsing it.
 */
function entryOf(key: string, kept: string): CacheEntry | undefined {
  const [head, digest, askedAt, maxAge] = /^(\S+) (\d+) (\d+) /.exec(kept) ?? []
  if (head === undefined || digest === undefined) return undefined
  if (digest !== digestOf(key, kept.slice(digest.length + 1))) return undefined
  return { askedAt_ms: Number(askedAt), maxAge_s: Number(maxAge), text: kept.slice(head.length) }
}

const digestOf = (key: string, told: string): string => hash('sha256', `${key} ${told}`, 'base64url')
