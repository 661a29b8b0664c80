import { createLog } from '@carriergraph/shared/log.ts'
import { expect, test } from 'vitest'
import { Turnstile } from '../testing/turnstile.ts'
import { startWatchedLibrary } from '../testing/watched-library.ts'
import { createRequestLog, type LoggedOperation, type RequestLogMode } from './request-log.ts'

const QUERY = 'query Known($id: ID!) { book(id: $id) { title rating } }'

const requestsIn = (lines: readonly Record<string, unknown>[]) => lines.filter(({ msg }) => msg === 'request')

test('writes who asked what, how long it took, and what each subgraph had to do with it', async () => {
  await using watched = await startWatchedLibrary()
  const { library, lines } = watched
  const headers = { authorization: await library.issuer.bearer(), 'x-correlation-id': 'correlation-1' }
  await library.post({ query: QUERY, variables: { id: 'b1' }, headers })

  const times = { calls: 1, duration_ms: expect.any(Number), errors: 0 }
  expect(requestsIn(lines)).toEqual([
    expect.objectContaining({
      level: 'info',
      correlationId: 'correlation-1',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      transport: 'http',
      operation: { type: 'query', name: 'Known', hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      outcome: 'ok',
      status: 200,
      duration_ms: expect.any(Number),
      actor: { subject: expect.stringMatching(/^usr_/), tenant: 'toy' },
      subgraphs: { books: times, reviews: times },
    }),
  ])
})

test('writes what the operation costs at the most, and for how long each subgraph had it wait', async () => {
  const turnstile = new Turnstile()
  const answer = { data: { book: { __typename: 'Book', id: 'b1', title: 'Held' } } }
  await using watched = await startWatchedLibrary({ intercept: { books: turnstile.holding(answer) } })
  const { library, lines } = watched
  const answered = library.post({ query: QUERY, variables: { id: 'b1' } })
  await turnstile.whenHeld()
  const held_ms = performance.now()
  // Something that takes a while.
  await library.post({ query: '{ author(id: "a1") { name } }' })
  const waited_ms = performance.now() - held_ms
  turnstile.open()
  const { headers } = await answered
  const line = requestsIn(lines).find(({ operation }) => Reflect.get(Object(operation), 'name') === 'Known')
  const { books, reviews } = Object(line?.subgraphs)
  // In hundredths of a millisecond.
  expect(books.duration_ms).toBeGreaterThan(waited_ms - 0.01)
  expect(reviews.duration_ms).toBeGreaterThan(0)
  expect(line?.cost).toBe(1)
  expect(headers.get('x-operation-cost')).toBe('1')
})

test('writes the codes of what went wrong, and counts it to its subgraph', async () => {
  await using watched = await startWatchedLibrary()
  await watched.library.post({ query: '{ author(id: "a7") { name } }' })
  await watched.library.post({ query: '{' })
  expect(requestsIn(watched.lines)).toEqual([
    expect.objectContaining({
      outcome: 'partial',
      codes: ['WITHDRAWN'],
      subgraphs: { authors: expect.objectContaining({ errors: 1 }) },
    }),
    expect.objectContaining({ outcome: 'refused', codes: ['GRAPHQL_PARSE_FAILED'], status: 400, subgraphs: {} }),
  ])
})

test.each([
  ['does not parse', 'subscription {', { type: 'unknown' }, 'GRAPHQL_PARSE_FAILED'],
  [
    'needs a token',
    'subscription Staff { staffBell { rings } }',
    { type: 'subscription', name: 'Staff' },
    'UNAUTHENTICATED',
  ],
  ['is not registered', '', { type: 'unknown' }, 'PERSISTED_DOCUMENT_NOT_FOUND'],
])('writes and counts an operation over a socket or a stream that %s', async (_, query, operation, code) => {
  await using watched = await startWatchedLibrary()
  const { library, lines, registry } = watched
  const asked = query === '' ? { query, documentId: 'sha256:unknown' } : { query }
  await expect(library.socket().iterate(asked).next()).rejects.toMatchObject([{ extensions: { code } }])
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' }
  const body = JSON.stringify({ ...asked, query: query || undefined })
  await (await fetch(library.url, { method: 'POST', headers, body })).text()

  const line = { transport: 'live', outcome: 'refused', codes: [code], operation: expect.objectContaining(operation) }
  expect(requestsIn(lines)).toEqual([expect.objectContaining(line), expect.objectContaining(line)])
  expect(await registry.metrics()).toContain(`gateway_errors_total{code="${code}"} 2`)
})

test('leaves no secret of a request in the log, not even of one that fails', async () => {
  await using watched = await startWatchedLibrary()
  const { library, lines } = watched
  const secret = 'hunter2-hunter2'
  const headers = { authorization: `Bearer ${secret}`, cookie: `session=${secret}`, 'x-api-key': secret }
  await library.post({ query: QUERY, variables: { id: secret }, headers })
  await library.post({ query: QUERY, variables: { id: secret }, headers: { cookie: secret, 'x-api-key': secret } })
  await library.post({ query: `{ book(id: "${secret}") { title rating } }` })
  await library.subgraphs.get('books')?.close()
  await library.post({ query: QUERY, variables: { id: secret } })

  expect(requestsIn(lines)).toHaveLength(4)
  expect(JSON.stringify(lines)).not.toContain(secret)
})

const answered: LoggedOperation = {
  correlationId: 'correlation-1',
  transport: 'http',
  type: 'query',
  name: undefined,
  outcome: 'ok',
  codes: [],
  duration_ms: 10,
  status: 200,
  hash: () => 'hash',
  cost: 7,
  actor: undefined,
  subgraphs: new Map(),
}

const operations = {
  fast: answered,
  slow: { ...answered, duration_ms: 1_000 },
  refused: { ...answered, outcome: 'refused' },
} as const

test.each<[RequestLogMode, (keyof typeof operations)[]]>([
  ['off', []],
  ['errors', ['refused']],
  ['slow', ['slow', 'refused']],
  ['all', ['fast', 'slow', 'refused']],
])('REQUEST_LOG=%s writes %j', (mode, expected) => {
  const written = Object.entries(operations).filter(([, operation]) => {
    const lines: string[] = []
    const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
    createRequestLog({ mode, slow_ms: 1_000, log })?.ended(operation)
    return lines.length === 1
  })
  expect(written.map(([name]) => name)).toEqual(expected)
})

test('cuts off what a client calls a name, and tells the cost', () => {
  const lines: string[] = []
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
  createRequestLog({ mode: 'all', slow_ms: 1, log })?.ended({ ...answered, name: 'x'.repeat(10_000) })
  const { operation, cost } = JSON.parse(lines[0] ?? '{}')
  expect(operation.name).toHaveLength(100)
  expect(cost).toBe(7)
})

test('a card number in the name of an operation is blotted out, in the line of its request as in its span', async () => {
  await using watched = await startWatchedLibrary()
  await watched.library.post({ query: 'query q4111111111111111 { author(id: "a7") { name } }' })
  const [line] = requestsIn(watched.lines)
  expect(line?.operation).toMatchObject({ name: 'q****************' })
  expect(JSON.stringify(watched.lines)).not.toContain('4111111111111111')
})
