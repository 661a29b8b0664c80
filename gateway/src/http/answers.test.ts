import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'

let library: Library
let batching: Library
beforeAll(async () => {
  const operation = { ...DEFAULT_LIMITS.operation, aliases_max: 60, root_fields_max: 60 }
  library = await startLibrary({ limits: { operation } })
  batching = await startLibrary({ limits: { batch_max: 2 } })
})
afterAll(() => Promise.all([library.close(), batching.close()]))

const QUERY = '{ book(id: "b1") { title } }'
const ANSWER = { data: { book: { title: 'Book b1' } } }

const post = (body: unknown, headers: Record<string, string> = {}, url = library.url) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

test.each([
  [undefined, QUERY, 200, 'application/json; charset=utf-8'],
  ['*/*', QUERY, 200, 'application/json; charset=utf-8'],
  ['application/*', QUERY, 200, 'application/json; charset=utf-8'],
  [
    'application/graphql-response+json, application/json;q=0.9',
    QUERY,
    200,
    'application/graphql-response+json; charset=utf-8',
  ],
  ['application/graphql-response+json;q=0.5, application/json', QUERY, 200, 'application/json; charset=utf-8'],
  ['application/graphql-response+json; charset=utf-8', QUERY, 200, 'application/graphql-response+json; charset=utf-8'],
  ['application/json', '{ nothing }', 200, 'application/json; charset=utf-8'],
  ['application/graphql-response+json', '{ nothing }', 400, 'application/graphql-response+json; charset=utf-8'],
  [
    'application/graphql-response+json',
    '{ book(id: "b1") { lender } }',
    401,
    'application/graphql-response+json; charset=utf-8',
  ],
  ['application/json', '{ book(id: "b1") { lender } }', 401, 'application/json; charset=utf-8'],
  ['text/html', QUERY, 406, 'application/json; charset=utf-8'],
])('who accepts %s and asks %s gets %i as %s', async (accept, query, status, type) => {
  const response = await send({ ...(accept !== undefined && { accept }) }, query)
  expect([response.status, response.headers['content-type']]).toEqual([status, type])
})

describe('compression', () => {
  const LARGE = `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: books { id title }`).join(' ')} }`

  test.each([
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (body: Buffer) => body],
    ['identity, gzip;q=0.5', undefined, (body: Buffer) => body],
    [undefined, undefined, (body: Buffer) => body],
  ])('a large answer for who accepts %s comes as %s', async (accepted, encoding, decode) => {
    const response = await send({ ...(accepted && { 'accept-encoding': accepted }) }, LARGE)
    expect(response.headers['content-encoding']).toBe(encoding)
    expect(response.headers.vary).toContain('accept-encoding')
    expect(response.headers['content-length']).toBe(String(response.body.length))
    const { data } = JSON.parse(decode(response.body).toString())
    expect(Object.keys(data)).toHaveLength(60)
  })

  test('spares a small answer', async () => {
    const { headers, body } = await send({ 'accept-encoding': 'br' }, QUERY)
    expect(headers['content-encoding']).toBeUndefined()
    expect(JSON.parse(body.toString())).toEqual(ANSWER)
  })
})

describe('automatic persisted queries', () => {
  const sha256Hash = createHash('sha256').update(QUERY).digest('hex')
  const persistedQuery = { version: 1, sha256Hash }

  test('are asked for once by text, then by hash alone, with POST and GET', async () => {
    const unknown = await post({ extensions: { persistedQuery } })
    expect([unknown.status, await unknown.json()]).toMatchObject([
      200,
      { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
    ])
    expect(await (await post({ query: QUERY, extensions: { persistedQuery } })).json()).toEqual(ANSWER)
    expect(await (await post({ extensions: { persistedQuery } })).json()).toEqual(ANSWER)
    const search = new URLSearchParams({ extensions: JSON.stringify({ persistedQuery }) })
    expect(await (await fetch(`${library.url}?${search}`)).json()).toEqual(ANSWER)
  })

  test.each([
    ['the hash of another text', { version: 1, sha256Hash: '0'.repeat(64) }],
    ['no hash', { version: 1 }],
    ['another version', { version: 2, sha256Hash }],
    ['no object', 'x'],
  ])('are refused with %s', async (_, wrong) => {
    const response = await post({ query: QUERY, extensions: { persistedQuery: wrong } })
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_INVALID' } }] })
  })
})

describe('a list of operations', () => {
  test('is refused unless lists are taken', async () => {
    const response = await post([{ query: QUERY }])
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    ])
  })

  test('is answered in its order, each for itself', async () => {
    const response = await post([{ query: '{ nothing }' }, { query: QUERY }], {}, batching.url)
    expect([response.status, await response.json()]).toMatchObject([200, [{ errors: [{}] }, ANSWER]])
  })

  test.each([0, 3])('of %i where two are the limit is refused whole', async (length) => {
    const response = await post(
      Array.from({ length }, () => ({ query: QUERY })),
      {},
      batching.url,
    )
    expect(response.status).toBe(400)
  })
})

test.each([
  [
    'a body that is no UTF-8',
    Buffer.from([...Buffer.from('{"query":"{ book(id: \\"'), 0xff, ...Buffer.from('\\") { title } }"}')]),
    'application/json',
    400,
  ],
  [
    'a body that claims another charset',
    Buffer.from(JSON.stringify({ query: QUERY })),
    'application/json; charset=latin1',
    415,
  ],
  ['variables that are a list', Buffer.from(JSON.stringify({ query: QUERY, variables: [] })), 'application/json', 400],
  ['a query that is a number', Buffer.from('{"query":7}'), 'application/json', 400],
  [
    'extensions that are a text',
    Buffer.from(JSON.stringify({ query: QUERY, extensions: 'x' })),
    'application/json',
    400,
  ],
])('%s is refused', async (_, body, type, status) => {
  const response = await fetch(library.url, { method: 'POST', headers: { 'content-type': type }, body })
  expect(response.status).toBe(status)
})

test.each(['PUT', 'DELETE', 'PATCH'])('%s is no way to ask', async (method) => {
  const response = await fetch(library.url, { method })
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
})

test('nothing that was answered may be kept by caches on the way', async () => {
  expect((await post({ query: QUERY })).headers.get('cache-control')).toBe('no-store')
})

/** Unlike fetch, adds no header of its own and decodes nothing. */
function send(headers: Record<string, string>, query: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    headers: Record<string, string | string[] | undefined>
    body: Buffer
  }>()
  const call = request(library.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } })
  call.on('error', reject)
  call.on('response', (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () =>
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
    )
  })
  call.end(JSON.stringify({ query }))
  return promise
}
