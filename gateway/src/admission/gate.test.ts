// Who is turned away learns when to come back, over HTTP and over a socket.

import { afterEach, describe, expect, test } from 'vitest'
import { type Library, type LibraryOptions, startLibrary } from '../testing/library.ts'
import { clientAddressBehind } from './client-address.ts'
import { memoryCounters } from './counters.ts'
import { createGate } from './gate.ts'
import { createQuotas, type QuotaLimits } from './quotas.ts'

let library: Library
afterEach(() => library.close())

const start = async (options: LibraryOptions) => {
  library = await startLibrary(options)
  return library
}
const gateOf = (limits: Partial<QuotaLimits>) =>
  createGate({
    quotas: createQuotas(
      {
        window_s: 3_000,
        client_requests_max: undefined,
        user_operations_max: undefined,
        user_cost_max: undefined,
        ...limits,
      },
      memoryCounters,
    ),
  })
const QUERY = '{ book(id: "b1") { title } }'
const LIMITED = { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfter_s: expect.any(Number) } }] }
const withinWindow = expect.stringMatching(/^(2\d\d\d|3000)$/)

describe('a client', () => {
  test('is told what is left, then refused with 429', async () => {
    const { post } = await start({ gate: gateOf({ client_requests_max: 1 }) })
    const first = await post({ query: QUERY })
    expect(first.status).toBe(200)
    expect(first.headers.get('ratelimit-policy')).toBe('"client";q=1;w=3000')
    expect(first.headers.get('ratelimit')).toMatch(/^"client";r=0;t=(2\d\d\d|3000)$/)
    const second = await post({ query: QUERY })
    expect([second.status, second.headers.get('retry-after'), second.body]).toMatchObject([429, withinWindow, LIMITED])
  })

  test('is not another that the same proxy speaks for', async () => {
    const gate = gateOf({ client_requests_max: 1 })
    const { post } = await start({ gate, clientAddress: clientAddressBehind(['loopback']) })
    const from = async (address: string) => {
      const { status } = await post({ query: QUERY, headers: { 'x-forwarded-for': address } })
      return status
    }
    expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')]).toEqual([200, 200, 429])
  })

  test('is refused over a socket as well: queries and subscriptions', async () => {
    const { socket } = await start({ gate: gateOf({ client_requests_max: 1 }) })
    const client = socket()
    expect((await client.iterate({ query: QUERY }).next()).value.data).toEqual({ book: { title: 'Book b1' } })
    for (const query of [QUERY, 'subscription { bell { rings } }'])
      await expect(client.iterate({ query }).next()).rejects.toMatchObject(LIMITED.errors)
  })
})

describe('a user', () => {
  test('pays for what operations cost, wherever they come from', async () => {
    const { post, socket, issuer } = await start({ gate: gateOf({ user_cost_max: 3 }) })
    const authorization = await issuer.bearer()
    const headers = { authorization }
    const first = await post({ query: '{ book(id: "b1") { author { name } } }', headers })
    expect(first.headers.get('ratelimit')).toMatch(/^"cost";r=1;t=\d+$/)
    const event = socket({ authorization }).iterate({ query: 'subscription { bookLent { book { author { name } } } }' })
    await expect(event.next()).rejects.toMatchObject(LIMITED.errors)
    expect((await post({ query: QUERY, headers })).status).toBe(429)
    expect((await post({ query: QUERY })).status).toBe(200)
  })

  test('does not pay for what is refused', async () => {
    const { post } = await start({ gate: gateOf({ user_operations_max: 1 }) })
    for (const query of ['{ book(id: "b1") { lender } }', '{ nothing }', '{']) await post({ query })
    expect((await post({ query: QUERY })).status).toBe(200)
    expect((await post({ query: QUERY })).status).toBe(429)
  })
})

describe('an overloaded gateway', () => {
  const gate = createGate({ overload: { read: () => undefined, sheds: () => true } })
  const OVERLOADED = { errors: [{ extensions: { code: 'OVERLOADED', retryAfter_s: 1 } }] }

  test('answers 503 with Retry-After, and its health as ever', async () => {
    const { post, url } = await start({ gate })
    const { status, headers, body } = await post({ query: QUERY })
    expect([status, headers.get('retry-after'), body]).toMatchObject([503, '1', OVERLOADED])
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(new URL(path, url))).status, path).toBe(200)
  })

  test('starts no operation on a socket, and keeps the socket', async () => {
    const { socket } = await start({ gate })
    const client = socket()
    for (const query of [QUERY, 'subscription { bell { rings } }'])
      await expect(client.iterate({ query }).next()).rejects.toMatchObject(OVERLOADED.errors)
  })
})
