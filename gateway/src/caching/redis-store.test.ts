import { setImmediate as nextTurn } from 'node:timers/promises'
import { createLog } from '@carriergraph/shared/log.ts'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLibrary } from '../testing/library.ts'
import { createMuseum, museumSubgraphs } from '../testing/museum.ts'
import { isRedisInstalled, RedisProcess } from '../testing/redis.ts'
import type { CacheEntry, CacheStore } from './cache-store.ts'
import { createRedisStore } from './redis-store.ts'

test.runIf(process.env.CI)('redis-server is installed where continuous integration runs', () => {
  expect(isRedisInstalled).toBe(true)
})

describe.runIf(isRedisInstalled)('answers in Redis', () => {
  let redis: RedisProcess
  let stores: CacheStore[]
  let logged: string[]
  beforeEach(async () => {
    redis = new RedisProcess()
    await redis.start()
    stores = []
    logged = []
  })
  afterEach(async () => {
    for (const store of stores) await store.close()
    redis.signal('SIGCONT')
    await redis.kill()
  })

  const ENTRY: CacheEntry = { askedAt_ms: 1_700_000_000_000, maxAge_s: 60, text: '{"a":"ä 1 2 x"}' }

  /** Most tests must not depend on how fast this machine is. */
  function connect(answer_ms_max = 10_000): CacheStore {
    const destination = { write: (line: string) => void logged.push(JSON.parse(line).msg) }
    const log = createLog({ service: 'test', level: 'info', destination })
    const store = createRedisStore({ url: redis.url, answer_ms_max, log })
    stores.push(store)
    return store
  }

  /** Asks until the entry is there, or is not. */
  async function until(store: CacheStore, key: string, isThere: boolean): Promise<CacheEntry | undefined> {
    for (;;) {
      const entry = await store.get(key)
      if ((entry !== undefined) === isThere) return entry
      await nextTurn()
    }
  }

  /** Stores an entry as soon as Redis takes it. */
  async function put(store: CacheStore, key: string, entry = ENTRY, keep_s = 60): Promise<void> {
    while ((await store.get(key)) === undefined) {
      store.set(key, entry, keep_s, store.epoch)
      await nextTurn()
    }
  }

  test('an entry of one process is there for another, as it was stored', async () => {
    await put(connect(), 'key')
    expect(await until(connect(), 'key', true)).toEqual(ENTRY)
  })

  test('an entry is gone when its time is over', async () => {
    const store = connect()
    await put(store, 'first')
    store.set('short', ENTRY, 0.001, store.epoch)
    await put(store, 'other')
    await until(store, 'short', false)
    expect(await store.get('first')).toEqual(ENTRY)
  })

  test('a purge forgets the answers of all processes, and nothing that is not ours', async () => {
    const [one, other] = [connect(), connect()]
    const raw = await createClient({ url: redis.url }).connect()
    await raw.set('somebody:else', '1')
    for (let index = 0; index < 1_200; index++) await raw.set(`gateway:cache:${index}`, '1 1 x')
    await put(one, 'key')
    await other.purge()
    expect(await one.get('key')).toBeUndefined()
    expect(await raw.keys('*')).toEqual(['somebody:else'])
    raw.destroy()
  })

  test('what was asked for before a purge is not kept after it', async () => {
    const store = connect()
    const { epoch } = store
    await put(store, 'other')
    await store.purge()
    store.set('key', ENTRY, 60, epoch)
    await put(store, 'last')
    expect(await store.get('key')).toBeUndefined()
  })

  test.each<[string, (kept: string) => string]>([
    ['something else', () => '{"a":1}'],
    ['nothing', () => ''],
    ['an entry of an older gateway', () => `1700000000000 60 ${ENTRY.text}`],
    ['one that is cut off', (kept) => kept.slice(0, -1)],
    ['one without its text', (kept) => kept.replace(ENTRY.text, '')],
    ['one with another text', (kept) => kept.replace(ENTRY.text, 'null')],
    ['one with a letter changed', (kept) => kept.replace('ä', 'a')],
    ['one with more behind it', (kept) => `${kept},"errors":[]`],
    ['one that lives longer', (kept) => kept.replace(' 60 ', ' 60000000 ')],
    ['one of a later time', (kept) => kept.replace('1700000000000', '2700000000000')],
  ])('no entry is what is none: %s', async (_, changed) => {
    const store = connect()
    await put(store, 'key')
    const raw = await createClient({ url: redis.url }).connect()
    const kept = (await raw.get('gateway:cache:key')) ?? ''
    expect(changed(kept)).not.toBe(kept)
    await raw.set('gateway:cache:key', changed(kept))
    expect(await store.get('key')).toBeUndefined()
    await raw.set('gateway:cache:key', kept)
    expect(await store.get('key')).toEqual(ENTRY)
    raw.destroy()
  })

  test('an entry under the key of another is none', async () => {
    const store = connect()
    await put(store, 'key')
    const raw = await createClient({ url: redis.url }).connect()
    await raw.copy('gateway:cache:key', 'gateway:cache:other')
    raw.destroy()
    expect(await store.get('other')).toBeUndefined()
  })

  test('a Redis that hangs delays one request, and the next ones go on without it at once', async () => {
    const store = connect(100)
    await put(store, 'key')
    redis.signal('SIGSTOP')
    expect(await store.get('key')).toBeUndefined()
    // No promise: nothing was asked.
    expect(store.get('key')).toBeUndefined()
    store.set('key', ENTRY, 60, store.epoch)
    redis.signal('SIGCONT')
    expect(await until(store, 'key', true)).toEqual(ENTRY)
  })

  test('requests are answered while Redis is away, and from it when it is back; both are said once', async () => {
    const store = connect()
    await put(store, 'key')
    const library = await startLibrary({ definitions: museumSubgraphs(createMuseum()), cacheStore: store })
    const ask = async () => (await library.post({ query: '{ wing { name } }' })).body
    const answers = [await ask()]
    await redis.kill()
    answers.push(await ask(), await ask())
    await redis.start()
    await put(store, 'key')
    answers.push(await ask(), await ask())
    for (const answer of answers) expect(answer).toEqual({ data: { wing: { name: 'East' } } })
    expect(library.subgraphs.get('exhibits')?.calls).toHaveLength(4)
    expect(store.failures).toBeGreaterThan(0)
    expect(logged).toEqual(['no answers are kept: Redis does not answer', 'answers are kept in Redis again'])
    await library.close()
  })

  test('a Redis that takes the connection and never speaks is told, once, and does not keep requests waiting', async () => {
    redis.signal('SIGSTOP')
    const store = connect()
    expect(store.get('key')).toBeUndefined()
    while (logged.length === 0) await nextTurn()
    expect(store.get('key')).toBeUndefined()
    redis.signal('SIGCONT')
    await put(store, 'key')
    expect(logged).toEqual(['no answers are kept: Redis does not answer', 'answers are kept in Redis again'])
    expect(store.failures).toBe(1)
  })

  test('a gateway starts while Redis is away, and an unsure purge is told', async () => {
    await redis.kill()
    const store = connect()
    expect(store.get('key')).toBeUndefined()
    store.set('key', ENTRY, 60, store.epoch)
    await expect(store.purge()).rejects.toThrow()
    await redis.start()
    await put(store, 'key')
  })
})
