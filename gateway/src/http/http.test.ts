import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary({
    introspection: false,
    allowedOrigins: ['https://good.example'],
    limits: {
      body_bytes_max: 10_000,
      operation: { ...DEFAULT_LIMITS.operation, depth_max: 2, selections_max: 5 },
      tokens_max: 100,
    },
  })
})
afterAll(() => library.close())

const ACCEPT = { accept: 'application/graphql-response+json' }

const get = (query: string) => fetch(`${library.url}?query=${encodeURIComponent(query)}`, { headers: ACCEPT })

const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(library.url, { method: 'POST', headers: { ...ACCEPT, ...headers }, body })

const codeOf = async (response: Response): Promise<unknown> => {
  const { errors } = (await response.json()) as { errors?: { extensions?: { code?: string } }[] }
  return errors?.[0]?.extensions?.code
}

describe('GET', () => {
  test('answers queries', async () => {
    const response = await get('{ book(id: "b1") { title } }')
    expect(await response.json()).toEqual({ data: { book: { title: 'Book b1' } } })
  })

  test('with optional parameters that are empty is as without them', async () => {
    const search = '?query=query+Shelf+{books{id}}&operationName=&variables=&extensions='
    const response = await fetch(library.url + search, { headers: ACCEPT })
    expect([response.status, await codeOf(response)]).toEqual([200, undefined])
  })

  test('runs no mutation', async () => {
    const response = await get('mutation { renameBook(id: "b1", title: "Stolen") { title } }')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
    const { body } = await library.post({ query: '{ book(id: "b1") { title } }' })
    expect(body).toEqual({ data: { book: { title: 'Book b1' } } })
  })
})

test.each([
  ['no JSON', '{ "query"', 400, 'BAD_REQUEST'],
  ['a list', '[{ "query": "{ books { id } }" }]', 400, 'BAD_REQUEST'],
  ['no query', '{}', 400, 'BAD_REQUEST'],
  [
    'more bytes than the limit',
    JSON.stringify({ query: `{ books { id } } # ${'x'.repeat(10_000)}` }),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'more tokens than the limit',
    JSON.stringify({ query: `{ ${'books { id } '.repeat(40)} }` }),
    400,
    'GRAPHQL_PARSE_FAILED',
  ],
  ['an unknown field', JSON.stringify({ query: '{ bookz { id } }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'introspection, which is off',
    JSON.stringify({ query: '{ __schema { queryType { name } } }' }),
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    'a variable of the wrong type',
    JSON.stringify({ query: 'query ($i: Int) { book(id: "b1") { rating(outOf: $i) } }', variables: { i: 'x' } }),
    400,
    'BAD_USER_INPUT',
  ],
])('POST with %s', async (_, body, status, code) => {
  const response = await post(body)
  expect([response.status, await codeOf(response)]).toEqual([status, code])
})

test.each([
  ['the name of no operation', 'query A { books { id } }', 'B'],
  ['no name, and two operations', 'query A { books { id } } query B { books { id } }', undefined],
])('%s is refused alike over HTTP and over a socket', async (_, query, operationName) => {
  const response = await post(JSON.stringify({ query, operationName }))
  expect([response.status, await codeOf(response)]).toEqual([400, 'OPERATION_RESOLUTION_FAILURE'])
  const events = library.socket().iterate({ query, operationName: operationName ?? null })
  await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }])
})

test.each([
  ['@defer', '{ books { id ... @defer { title } } }'],
  ['@stream', '{ books @stream(initialCount: 1) { id } }'],
])('%s is refused by name: answers come whole', async (directive, query) => {
  const { status, body } = await library.post({ query })
  expect([status, body]).toEqual([
    400,
    {
      errors: [
        {
          message: `Unknown directive "${directive}".`,
          locations: [expect.anything()],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    },
  ])
})

test('a subscription is shown the way to the socket', async () => {
  const { status, body } = await library.post({ query: 'subscription { bell { rings } }' })
  expect([status, body]).toMatchObject([400, { errors: [{ extensions: { code: 'SOCKET_REQUIRED' } }] }])
})

test('POST as a form of another page would send it is refused', async () => {
  const response = await post('{"query":"{ books { id } }"}', { 'content-type': 'text/plain' })
  expect([response.status, await codeOf(response)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
})

test.each([
  'application/json;',
  'application/json; ;charset=utf-8;',
  'application/json; foo=bar',
  'application/json; foo="; charset=latin1"',
  'application/json\t;\tcharset=utf-8',
  'Application/JSON;Charset="UTF-8"',
])('JSON is taken as RFC 9110 lets it be called: %j', async (type) => {
  const response = await post('{"query":"{ __typename }"}', { 'content-type': type })
  expect([response.status, await response.json()]).toEqual([200, { data: { __typename: 'Query' } }])
})

test.each([
  'application/json; charset=latin1',
  'application/json; foo=bar; charset=utf-16',
  'application/json; charset=',
  'application/json5',
  'application/json, application/json',
  'text/plain; application/json',
  'text/plain; foo=application/json',
  '; application/json',
])('nothing else is taken for JSON in UTF-8: %j', async (type) => {
  const response = await post('{"query":"{ __typename }"}', { 'content-type': type })
  expect([response.status, await codeOf(response)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
})

describe('a page of another origin', () => {
  test('may call, and read the correlation id, when its origin is allowed', async () => {
    const headers = { origin: 'https://good.example', 'content-type': 'application/json' }
    const response = await post('{"query":"{ books { id } }"}', headers)
    expect(response.headers.get('access-control-allow-origin')).toBe('https://good.example')
    expect(response.headers.get('access-control-expose-headers')).toBe(
      'x-correlation-id, retry-after, ratelimit, ratelimit-policy, x-operation-cost',
    )
    expect(response.headers.get('vary')).toContain('origin')
  })

  test('is told nothing otherwise', async () => {
    const response = await fetch(library.url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('gets its preflight answered', async () => {
    const response = await fetch(library.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://good.example', 'access-control-request-headers': 'authorization,content-type' },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
    expect(response.headers.get('access-control-allow-methods')).toBe('GET, POST')
  })
})

describe('the correlation id', () => {
  test('of a caller is kept when it is sane, and a new one is given otherwise', async () => {
    const answered = async (id: string) => {
      const headers = { 'content-type': 'application/json', 'x-correlation-id': id }
      return (await post('{"query":"{ books { id } }"}', headers)).headers.get('x-correlation-id')
    }
    expect(await answered('0123-abcd-4567')).toBe('0123-abcd-4567')
    expect(await answered('short')).toMatch(/^[0-9a-f-]{36}$/)
  })
})

test('an unknown path is not found', async () => {
  expect((await fetch(new URL('/nothing', library.url))).status).toBe(404)
})

test('introspection is off over a socket as well', async () => {
  const answer = library.socket().iterate({ query: '{ __schema { queryType { name } } }' }).next()
  await expect(answer).rejects.toMatchObject([{ message: expect.stringContaining('introspection') }])
})

test('no error tells which field a caller may have meant', async () => {
  const { body } = await library.post({ query: '{ bookz { id } }' })
  expect(JSON.stringify(body)).not.toMatch(/did you mean/i)
})

test.each([
  ['fields nested deeper than the limit', '{ book(id: "b1") { author { name } } }', 'OPERATION_TOO_DEEP'],
  ['more fields than the limit', '{ books { id a: id b: id c: id d: id } }', 'OPERATION_TOO_LARGE'],
])('%s are refused alike over HTTP and over a socket', async (_, query, reason) => {
  const errors = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED', reason } }]
  expect((await library.post({ query })).body).toMatchObject({ errors })
  await expect(library.socket().iterate({ query }).next()).rejects.toMatchObject(errors)
})

test('a subscription nested deeper than the limit is refused', async () => {
  const events = library.socket().iterate({ query: 'subscription { bookLent { book { author { name } } } }' })
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', reason: 'OPERATION_TOO_DEEP' }
  await expect(events.next()).rejects.toMatchObject([{ extensions }])
})

test.each([
  ['offers HTTP/2 beside what it speaks', '/graphql', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' }],
  ['names scheme and host before the path', 'http://graph.example/graphql', {}],
])('a client that %s is answered', async (_, path, headers) => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const { hostname, port } = new URL(library.url)
  request({ hostname, port, path, method: 'POST', headers: { 'content-type': 'application/json', ...headers } })
    .on('response', resolve)
    .on('error', reject)
    .end('{"query":"{ bestRating }"}')
  const response = await promise
  expect([response.statusCode, await text(response)]).toEqual([200, '{"data":{"bestRating":5}}'])
})
