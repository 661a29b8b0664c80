import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, type FlattenedJWSInput, generateKeyPair, type JWK } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { fixedClock } from '../clock.ts'
import { Refusal } from '../refusal.ts'
import { keysOfIssuer } from './issuer-keys.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** Keys are looked up by the header alone. */
const TOKEN: FlattenedJWSInput = { payload: '', signature: '' }

let first: JWK
let jwksUrl = ''
let published: JWK[] = []
let answer: (response: ServerResponse) => void
const well = (response: ServerResponse) =>
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }))
const failing = (response: ServerResponse) => response.writeHead(500).end()
let fetches = 0
const issuer = createServer((_request, response) => {
  fetches += 1
  answer(response)
})

beforeAll(async () => {
  first = { ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'first' }
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`
})

afterAll(() => {
  issuer.closeAllConnections()
  issuer.close()
})

beforeEach(() => {
  published = [first]
  answer = well
  fetches = 0
})

function keysAt(clock = fixedClock(NOW)) {
  let sets = 0
  const keys = keysOfIssuer({
    jwksUrl,
    clock,
    cooldown_ms: 30_000,
    onFetched() {
      sets += 1
    },
  })
  return {
    clock,
    fetched: () => sets,
    keys,
    async find(kid = 'first'): Promise<string> {
      try {
        await keys.find({ alg: 'ES256', kid }, TOKEN)
      } catch (error) {
        if (error instanceof Refusal) return error.code
        return error instanceof Error ? error.name : String(error)
      }
      return 'found'
    },
  }
}

describe('while the issuer fails', () => {
  test('its last keys count for a day, and no longer', async () => {
    const { clock, find, fetched } = keysAt()
    expect(await find()).toBe('found')
    answer = failing
    clock.advance(10 * MINUTE_MS)
    expect(await find()).toBe('found')
    clock.advance(23 * HOUR_MS)
    expect(await find()).toBe('found')
    clock.set(new Date(NOW.getTime() + 24 * HOUR_MS))
    expect(await find()).toBe('SERVICE_UNAVAILABLE')
    // What failed brought no keys, so nothing that was accepted by the last ones is forgotten.
    expect(fetched()).toBe(1)
  })

  test.each([
    ['that are not known', 'forged', 'SERVICE_UNAVAILABLE'],
    ['that are known and old', 'first', 'found'],
  ])('it is asked once in five seconds for keys %s', async (_case, kid, expected) => {
    const { clock, find } = keysAt()
    await find()
    answer = failing
    clock.advance(10 * MINUTE_MS)
    for (let request = 0; request < 50; request += 1) expect(await find(kid)).toBe(expected)
    expect(fetches).toBe(2)
    clock.advance(5_000)
    for (let request = 0; request < 50; request += 1) expect(await find('forged')).toBe('SERVICE_UNAVAILABLE')
    expect(fetches).toBe(3)
  })

  test('it is asked once in five seconds for its first keys, by all requests of a moment together', async () => {
    const { clock, find } = keysAt()
    answer = failing
    expect(await Promise.all([find(), find(), find()])).toEqual(Array(3).fill('SERVICE_UNAVAILABLE'))
    expect(await find()).toBe('SERVICE_UNAVAILABLE')
    expect(fetches).toBe(1)
    answer = well
    clock.advance(5_000)
    expect(await find()).toBe('found')
  })

  test('and then hangs, nobody whose key is known waits for it', async () => {
    const { clock, find } = keysAt()
    await find()
    answer = failing
    clock.advance(10 * MINUTE_MS)
    await find()
    const hanging = Promise.withResolvers<ServerResponse>()
    answer = hanging.resolve
    clock.advance(5_000)
    expect([await find(), await find()]).toEqual(['found', 'found'])
    well(await hanging.promise)
    expect(fetches).toBe(3)
  })
})

test('they count as fetched from the first time on, whatever becomes of the issuer then', async () => {
  const { clock, keys, find } = keysAt()
  answer = failing
  await expect(keys.published()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  // Probes do not drive an issuer that fails.
  await expect(keys.published()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  expect(fetches).toBe(1)
  answer = well
  clock.advance(5_000)
  await keys.published()
  expect(await find()).toBe('found')
  expect(fetches).toBe(2)
  answer = failing
  clock.advance(25 * HOUR_MS)
  expect(await find()).toBe('SERVICE_UNAVAILABLE')
  await keys.published()
})

test('an issuer without keys has published none, whenever it comes to have or loses them', async () => {
  const { clock, keys } = keysAt()
  published = []
  await expect(keys.published()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  published = [first]
  // Probes do not drive it.
  clock.advance(29_999)
  await expect(keys.published()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  expect(fetches).toBe(1)
  clock.advance(1)
  await keys.published()
  published = []
  clock.advance(10 * MINUTE_MS)
  await expect(keys.find({ alg: 'ES256', kid: 'first' }, TOKEN)).rejects.toMatchObject({ name: 'JWKSNoMatchingKey' })
  await expect(keys.published()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
})

test('a key that was withdrawn counts for ten minutes, and is gone with the first request after them', async () => {
  const { clock, find } = keysAt()
  await find()
  published = []
  clock.advance(10 * MINUTE_MS - 1)
  expect(await find()).toBe('found')
  clock.advance(1)
  expect(await find()).toBe('JWKSNoMatchingKey')
})

test('when the issuer is back, its keys are taken, and unknown ones are foreign again', async () => {
  const { clock, find, fetched } = keysAt()
  await find()
  answer = failing
  clock.advance(HOUR_MS)
  expect(await find('second')).toBe('SERVICE_UNAVAILABLE')
  answer = well
  published = [{ ...first, kid: 'second' }]
  clock.advance(5_000)
  expect(await find('second')).toBe('found')
  expect(await find('first')).toBe('JWKSNoMatchingKey')
  expect(fetched()).toBe(2)
})
