// Who is turned away learns when to come back, over HTTP and over a socket.

import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Library, type LibraryOptions, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'
import { clientAddressBehind } from './client-address.ts'
import { memoryCounters } from './counters.ts'
import { createGate, type Gate, OPEN_GATE } from './gate.ts'
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
    // One for the socket itself.
    const { url } = await start({ gate: gateOf({ client_requests_max: 2 }) })
    const client = await new RawClient(url).ready()
    client.subscribe('1', QUERY)
    expect(await client.next('next')).toMatchObject({ payload: { data: { book: { title: 'Book b1' } } } })
    for (const query of [QUERY, 'subscription { bell { rings } }']) {
      client.messages.length = 0
      client.subscribe('2', query)
      expect(await client.next('error')).toMatchObject({ id: '2', payload: LIMITED.errors })
    }
    client.socket.terminate()
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
    expect((await post({ query: QUERY, headers })).status).toBe(200)
    expect((await post({ query: QUERY, headers })).status).toBe(429)
    expect((await post({ query: QUERY })).status).toBe(200)
  })

  test('who asks for more than a whole window allows is not told to come back', async () => {
    const { post } = await start({ gate: gateOf({ user_cost_max: 1 }) })
    const answer = await post({ query: '{ book(id: "b1") { author { name } } }' })
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toMatchObject([
      400,
      null,
      { errors: [{ extensions: { code: 'OPERATION_TOO_COSTLY', cost: 2, limit: 1 } }] },
    ])
  })

  test('does not pay for what is refused', async () => {
    const { post } = await start({ gate: gateOf({ user_operations_max: 1 }) })
    for (const query of ['{ book(id: "b1") { lender } }', '{ nothing }', '{']) await post({ query })
    expect((await post({ query: QUERY })).status).toBe(200)
    expect((await post({ query: QUERY })).status).toBe(429)
  })
})

describe('an overloaded gateway', () => {
  let isOverloaded: boolean
  beforeEach(() => {
    isOverloaded = true
  })
  const gate = createGate({ overload: { read: () => undefined, sheds: () => isOverloaded } })
  const OVERLOADED = { errors: [{ extensions: { code: 'OVERLOADED', retryAfter_s: 1 } }] }

  test('answers 503 with Retry-After, and its health as ever', async () => {
    const { post, url } = await start({ gate })
    const { status, headers, body } = await post({ query: QUERY })
    expect([status, headers.get('retry-after'), body]).toMatchObject([503, '1', OVERLOADED])
    for (const path of ['/health/live', '/health/ready'])
      expect((await fetch(new URL(path, url))).status, path).toBe(200)
  })

  test('opens no socket, with Retry-After, before anything is exchanged over it', async () => {
    const { url } = await start({ gate })
    expect(await knock(url)).toEqual([503, '1'])
    isOverloaded = false
    expect(await knock(url)).toEqual([101, undefined])
  })

  test('starts no operation on a socket, and keeps the socket', async () => {
    const { url } = await start({ gate })
    isOverloaded = false
    const client = await new RawClient(url).ready()
    isOverloaded = true
    client.subscribe('1', 'subscription { bell { rings } }')
    expect(await client.next('error')).toMatchObject({ payload: OVERLOADED.errors })
    isOverloaded = false
    client.subscribe('2', QUERY)
    expect(await client.next('next')).toMatchObject({ payload: { data: {} } })
    client.socket.terminate()
  })
})

test('requests for sockets count against the quota of the client address', async () => {
  const { url, post } = await start({ gate: gateOf({ client_requests_max: 2 }) })
  expect(await knock(url)).toEqual([101, undefined])
  expect((await post({ query: QUERY })).status).toBe(200)
  expect(await knock(url)).toEqual([429, withinWindow])
})

test('a client that leaves while its quota is looked up harms nobody', async () => {
  const asked = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const gate: Gate = {
    ...OPEN_GATE,
    async enter(address) {
      asked.resolve()
      await answer.promise
      return OPEN_GATE.enter(address)
    },
  }
  const { url, post } = await start({ gate })
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws')
  const failed = once(socket, 'error')
  await asked.promise
  socket.terminate()
  await failed
  answer.resolve()
  expect((await post({ query: QUERY })).status).toBe(200)
})

/** Asks for a socket: the status of the answer, and its Retry-After. */
async function knock(url: string): Promise<[status: number | undefined, retryAfter: string | undefined]> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws')
  return new Promise((resolve, reject) => {
    socket.once('upgrade', ({ statusCode, headers }) => {
      resolve([statusCode, headers['retry-after']])
      socket.once('open', () => socket.terminate())
    })
    socket.once('unexpected-response', (_, { statusCode, headers }) => {
      resolve([statusCode, headers['retry-after']])
      socket.terminate()
    })
    socket.on('error', reject)
  })
}
