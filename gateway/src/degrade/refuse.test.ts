// Rules that refuse operations, over the wire.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'
import { parseDegradeRules } from './rule.ts'

let library: Library
beforeEach(async () => {
  const retry = { ...DEFAULT_LIMITS.subgraph.retry, tries_max: 1 }
  library = await startLibrary({ limits: { subgraph: { ...DEFAULT_LIMITS.subgraph, retry } } })
})
afterEach(() => library.close())

const setRules = (...rules: readonly object[]): void =>
  library.gateway.degradeRules.replace(parseDegradeRules(JSON.stringify({ rules })), 'test')

const REPORT = 'query Report { books { id } }'
const RATING = 'query Rating { bestRating }'

async function post(query: string, client?: string) {
  const headers: Record<string, string> = client === undefined ? {} : { 'apollographql-client-name': client }
  const { status, headers: told, body } = await library.post({ query, headers })
  const { errors = [] } = body as { readonly errors?: readonly { readonly extensions: Record<string, unknown> }[] }
  return [status, told.get('retry-after'), ...errors.map(({ extensions }) => extensions)]
}

const refusedBy = (rule: string, retryAfter_s = 30) => [
  503,
  String(retryAfter_s),
  { code: 'OPERATION_REFUSED', rule, retryAfter_s },
]
const ANSWERED = [200, null]

test('an operation that a rule names is refused with Retry-After while the rule is enabled, and no other', async () => {
  const rule = { name: 'reports', action: 'REFUSE', operations: ['Report'], retryAfter_s: 90 }
  setRules(rule)
  expect([await post(REPORT), await post(RATING), await post('{ books { id } }')]).toEqual([
    refusedBy('reports', 90),
    ANSWERED,
    ANSWERED,
  ])
  expect(library.subgraphs.get('books')?.calls).toHaveLength(1)
  setRules({ ...rule, enabled: false })
  expect(await post(REPORT)).toEqual(ANSWERED)
})

test('a client that a rule names is refused, with all it asks or with those operations alone', async () => {
  setRules({ name: 'batch', action: 'REFUSE', clients: ['batch'] })
  expect([await post(RATING, 'batch'), await post(RATING, 'web'), await post(RATING)]).toEqual([
    refusedBy('batch'),
    ANSWERED,
    ANSWERED,
  ])
  setRules({ name: 'both', action: 'REFUSE', clients: ['batch'], operations: ['Report'] })
  expect([await post(REPORT, 'batch'), await post(RATING, 'batch'), await post(REPORT, 'web')]).toEqual([
    refusedBy('both'),
    ANSWERED,
    ANSWERED,
  ])
})

test('over a socket as well: subscriptions and queries, by what the client calls itself in connection_init', async () => {
  const rule = { name: 'batch', action: 'REFUSE', clients: ['batch'] }
  const client = await new RawClient(library.url).ready({ 'apollographql-client-name': 'batch' })
  const upgraded = await new RawClient(library.url, { headers: { 'apollographql-client-name': 'batch' } }).ready()
  const others = await new RawClient(library.url).ready()
  setRules(rule)
  for (const one of [client, upgraded, others]) one.subscribe('1', 'subscription { bookLent { days } }')
  for (const one of [client, upgraded])
    expect(await one.next('error')).toMatchObject({ payload: [{ extensions: { code: 'OPERATION_REFUSED' } }] })
  await library.journal.whenStreams(1)
  client.messages.length = 0
  client.subscribe('2', RATING)
  expect(await client.next('error')).toMatchObject({ payload: [{ extensions: { rule: 'batch' } }] })
  for (const one of [client, upgraded, others]) one.socket.terminate()
})

test('one that measures a subgraph refuses when that fails, and is listed as it stands', async () => {
  const when = { errorRate: 0.5, calls_min: 2 }
  setRules({ name: 'spare-reviews', subgraph: 'reviews', when, action: 'REFUSE', operations: ['Report'] })
  const authorization = await library.issuer.bearer({ scope: 'gateway:admin' })
  const listed = async () => {
    const response = await fetch(new URL('/admin/degrade-rules', library.url), { headers: { authorization } })
    return response.json()
  }
  expect(await post(REPORT)).toEqual(ANSWERED)
  expect(await listed()).toMatchObject({ rules: [{ state: 'WATCHING', calls: 0 }] })
  await library.subgraphs.get('reviews')?.close()
  for (let call = 0; call < 2; call += 1) await post(RATING)
  expect(await post(REPORT)).toEqual(refusedBy('spare-reviews'))
  expect(await listed()).toMatchObject({
    rules: [{ name: 'spare-reviews', action: 'REFUSE', operations: ['Report'], state: 'ACTING', calls: 2 }],
  })
  // What no rule names is tried as ever.
  expect(await post(RATING)).toMatchObject([200, null, { code: 'SUBGRAPH_UNAVAILABLE' }])
})
