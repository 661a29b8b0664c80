import { SIGNATURE_HEADER } from '@carriergraph/shared/signature/canonical.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from './limits/limits.ts'
import { type Library, startLibrary } from './testing/library.ts'
import { Turnstile } from './testing/turnstile.ts'

describe('a healthy graph', () => {
  let library: Library
  beforeAll(async () => {
    library = await startLibrary()
  })
  afterAll(() => library.close())

  test('answers one query from three subgraphs', async () => {
    const { status, body } = await library.post({
      query: `query Shelf($id: ID!, $outOf: Int!) {
        book(id: $id) { ...Heading writer: author { name } score: rating(outOf: $outOf) reviewers { name } }
      }
      fragment Heading on Book { heading: title }`,
      variables: { id: 'b1', outOf: 10 },
    })
    expect(body).toEqual({
      data: {
        book: {
          heading: 'Book b1',
          writer: { name: 'Author a1' },
          score: 9,
          reviewers: [{ name: 'Author a1' }, { name: 'Author a2' }],
        },
      },
    })
    expect(status).toBe(200)
  })

  test('runs a mutation and reads its result from two subgraphs', async () => {
    const { body } = await library.post({
      query: 'mutation ($title: String!) { renameBook(id: "b3", title: $title) { title rating } }',
      variables: { title: 'Renamed' },
    })
    expect(body).toEqual({ data: { renameBook: { title: 'Renamed', rating: 4 } } })
    expect((await library.post({ query: '{ book(id: "b3") { title } }' })).body).toEqual({
      data: { book: { title: 'Renamed' } },
    })
  })

  test('keeps a subgraph’s own code, masks what has none, and names no host', async () => {
    const { body } = await library.post({
      query: '{ refused: book(id: "b7") { author { name } } broken: book(id: "b8") { author { name } } }',
      headers: { 'x-correlation-id': 'correlation-of-this-test' },
    })
    expect(body).toEqual({
      data: { refused: { author: { name: null } }, broken: { author: { name: null } } },
      errors: expect.arrayContaining([
        {
          message: 'This author has withdrawn.',
          path: ['refused', 'author', 'name'],
          extensions: { code: 'WITHDRAWN' },
        },
        {
          message: 'Internal error',
          path: ['broken', 'author', 'name'],
          extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: 'correlation-of-this-test' },
        },
      ]),
    })
    expect(JSON.stringify(body)).not.toContain('10.0.0.7')
  })

  test('passes token and correlation id on to every subgraph, and signs each call anew', async () => {
    const authorization = await library.issuer.bearer()
    const correlationId = 'another-correlation-id'
    const headers = { authorization, 'x-correlation-id': correlationId, cookie: 'secret=1', 'x-other': 'y' }
    const answer = await library.post({ query: '{ book(id: "b1") { author { name } rating } }', headers })
    expect(answer.headers.get('x-correlation-id')).toBe(correlationId)
    const calls = [...library.subgraphs.values()].flatMap(({ calls: [...all] }) => all.slice(-1))
    expect(calls).toHaveLength(3)
    for (const call of calls) {
      expect(call).toMatchObject({ authorization, 'x-correlation-id': correlationId })
      expect(call).not.toHaveProperty('cookie')
      expect(call).not.toHaveProperty('x-other')
    }
    const everything = [...library.subgraphs.values()].flatMap((subgraph) => subgraph.calls)
    expect(new Set(everything.map((call) => call[SIGNATURE_HEADER])).size).toBe(everything.length)
  })

  test('passes the language on, and makes up no trace', async () => {
    await library.post({ query: '{ books { title } }', headers: { 'accept-language': 'de-CH' } })
    const call = library.subgraphs.get('books')?.calls.at(-1)
    expect(call).toMatchObject({ 'accept-language': 'de-CH' })
    expect(call).not.toHaveProperty('traceparent')
  })

  test('has subgraphs that do not answer anybody else', async () => {
    const url = library.subgraphs.get('books')?.url ?? ''
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ books { id } }"}',
    })
    expect(response.status).toBe(401)
  })

  test.each([
    ['an inaccessible root', '{ staffOnly }'],
    ['an inaccessible field', '{ book(id: "b1") { shelfCode } }'],
    ['the machinery of federation', '{ _entities(representations: []) { __typename } }'],
  ])('does not know %s', async (_, query) => {
    const { status, body } = await library.post({ query })
    expect(status).toBe(400)
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] })
  })

  test('refuses marked fields before any subgraph hears of the operation', async () => {
    const query = '{ book(id: "b1") { title lender cost } }'
    const before = library.subgraphs.get('books')?.calls.length
    const anonymous = await library.post({ query })
    expect(anonymous.status).toBe(401)
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer')
    expect(anonymous.body).toEqual({
      errors: ['lender', 'cost'].map((field) => ({
        message: expect.any(String),
        path: ['book', field],
        extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' },
      })),
    })
    const unscoped = await library.post({ query, headers: { authorization: await library.issuer.bearer() } })
    expect(unscoped.status).toBe(403)
    expect(unscoped.body).toMatchObject({ errors: [{ path: ['book', 'cost'], extensions: { code: 'FORBIDDEN' } }] })
    expect(library.subgraphs.get('books')?.calls.length).toBe(before)
    const authorization = await library.issuer.bearer({ scope: 'books:admin' })
    const allowed = await library.post({ query, headers: { authorization } })
    expect(allowed.body).toEqual({ data: { book: { title: 'Book b1', lender: 'Ann', cost: 7 } } })
  })

  test.each([
    ['expired', { expiresIn_s: -10 }, 'TOKEN_EXPIRED'],
    ['forged', { forged: true }, 'TOKEN_INVALID'],
  ])('refuses a token that is %s, whatever is asked', async (_, options, reason) => {
    const authorization = await library.issuer.bearer(options)
    const { status, body } = await library.post({ query: '{ book(id: "b1") { title } }', headers: { authorization } })
    expect(status).toBe(401)
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED', reason } }] })
  })
})

describe('an ailing graph', () => {
  let library: Library | undefined
  afterEach(() => library?.close())

  const QUERY = '{ book(id: "b1") { title rating author { name } } }'

  test('answers what it can when a subgraph is down, and says what is missing', async () => {
    library = await startLibrary()
    await library.subgraphs.get('reviews')?.close()
    const { status, body } = await library.post({ query: QUERY })
    expect(status).toBe(200)
    expect(body).toEqual({
      data: { book: { title: 'Book b1', rating: null, author: { name: 'Author a1' } } },
      errors: [
        {
          message: expect.stringContaining('could not be reached'),
          path: ['book'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'reviews', reason: 'CONNECTION_FAILED' },
        },
      ],
    })
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|ECONN/)
  })

  test('answers what it can when a subgraph is slow', async () => {
    const limits = { subgraph: { ...DEFAULT_LIMITS.subgraph, deadline_ms: 2_000 } }
    library = await startLibrary({ limits, intercept: { reviews: new Turnstile().holding({}) } })
    const { body } = await library.post({ query: QUERY })
    expect(body).toMatchObject({
      data: { book: { title: 'Book b1', rating: null } },
      errors: [{ path: ['book'], extensions: { code: 'SUBGRAPH_TIMEOUT', subgraph: 'reviews' } }],
    })
  })

  test('names each root field of a subgraph that is down', async () => {
    library = await startLibrary()
    await library.subgraphs.get('books')?.close()
    const { body } = await library.post({
      query: '{ one: book(id: "b1") { id } two: book(id: "b2") { id } bestRating }',
    })
    expect(body).toMatchObject({
      data: { one: null, two: null, bestRating: 5 },
      errors: [
        { path: ['one'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
        { path: ['two'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
      ],
    })
  })

  test.each([
    ['a page of a proxy', (body: unknown) => body, 502, '<html>upstream 10.0.0.9</html>', 'SUBGRAPH_UNAVAILABLE'],
    ['that it is stopping', JSON.stringify, 503, { errors: [{ message: 'no' }] }, 'SUBGRAPH_UNAVAILABLE'],
    ['no GraphQL', JSON.stringify, 200, { ok: true }, 'SUBGRAPH_UNAVAILABLE'],
    [
      'that it does not know what it is asked',
      JSON.stringify,
      400,
      { errors: [{ message: 'x', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      'INTERNAL_SERVER_ERROR',
    ],
    [
      'that the signature is wrong',
      JSON.stringify,
      401,
      { errors: [{ message: 'x', extensions: { code: 'SIGNATURE_INVALID' } }] },
      'INTERNAL_SERVER_ERROR',
    ],
  ])('translates a subgraph that answers %s', async (_, print, status, answer, code) => {
    library = await startLibrary({
      intercept: {
        reviews: (_request, response) => {
          response.writeHead(status, { 'content-type': 'application/json' }).end(print(answer))
          return true
        },
      },
    })
    const { body } = await library.post({ query: QUERY })
    expect(body).toMatchObject({
      data: { book: { title: 'Book b1', rating: null } },
      errors: [{ extensions: { code } }],
    })
    expect(JSON.stringify(body)).not.toContain('10.0.0.9')
  })

  const ready = { books: 'ready', authors: 'ready', reviews: 'ready' }
  async function readiness(): Promise<[number, unknown]> {
    const response = await fetch(new URL('/health/ready', library?.url))
    return [response.status, await response.json()]
  }

  test('is degraded while it has never had the keys of the issuer', async () => {
    library = await startLibrary()
    await library.issuer.close()
    expect(await readiness()).toEqual([200, { status: 'degraded', tokens: 'unavailable', subgraphs: ready }])
  })

  test('is degraded while the issuer publishes no keys', async () => {
    library = await startLibrary()
    library.issuer.withdraw()
    expect(await readiness()).toEqual([200, { status: 'degraded', tokens: 'unavailable', subgraphs: ready }])
  })

  test('is ready while some subgraph answers, and says which one does not', async () => {
    library = await startLibrary()
    const { url, subgraphs } = library
    expect(await readiness()).toEqual([200, { status: 'ready', tokens: 'ready', subgraphs: ready }])
    await subgraphs.get('books')?.close()
    expect(await readiness()).toEqual([
      200,
      { status: 'degraded', tokens: 'ready', subgraphs: { ...ready, books: 'unavailable' } },
    ])
    await Promise.all([...subgraphs.values()].map((subgraph) => subgraph.close()))
    expect(await readiness()).toMatchObject([503, { status: 'unavailable' }])
    expect((await fetch(new URL('/health/live', url))).status).toBe(200)
  })
})
