import type { ReceivedSpan } from '@carriergraph/shared/testing/otlp-receiver.ts'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { startWatchedLibrary } from '../testing/watched-library.ts'
import { documentHash } from './document-hash.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const CLIENT_ID = '00f067aa0ba902b7'
const traceparent = `00-${TRACE_ID}-${CLIENT_ID}-01`

const QUERY = 'query Known($id: ID!) { book(id: $id) { title rating } }'
const variables = { id: 'b1' }

const named = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name)

test('records an operation with its phases and its calls below it, and sends each call its own traceparent', async () => {
  await using watched = await startWatchedLibrary()
  const { library, collector } = watched
  await library.post({ query: QUERY, variables, headers: { 'x-correlation-id': 'correlation-1' } })
  await watched.flush()

  const [root] = named(collector.spans, 'query')
  if (root === undefined) throw new Error('no span of the operation')
  expect(root).toMatchObject({ service: 'gateway', kind: 'SERVER', parentSpanId: undefined, isError: false })
  expect(root.attributes).toEqual({
    'correlation.id': 'correlation-1',
    'gateway.transport': 'http',
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Known',
    'graphql.document.hash': documentHash(parse(QUERY)),
    'graphql.outcome': 'ok',
    'http.response.status_code': 200,
  })
  const children = collector.childrenOf(root)
  expect(children.map(({ name, kind }) => [name, kind])).toEqual([
    ['parse', 'INTERNAL'],
    ['validate', 'INTERNAL'],
    ['plan', 'INTERNAL'],
    ['subgraph books', 'CLIENT'],
    ['subgraph reviews', 'CLIENT'],
  ])
  for (const subgraph of ['books', 'reviews']) {
    const [call] = named(children, `subgraph ${subgraph}`)
    const received = library.subgraphs.get(subgraph)?.calls.map((headers) => headers.traceparent)
    expect(received).toEqual([`00-${root.traceId}-${call?.spanId}-01`])
  }
})

test('records the phases only of the request that had to wait for them', async () => {
  await using watched = await startWatchedLibrary()
  for (const id of ['b1', 'b2']) await watched.library.post({ query: QUERY, variables: { id } })
  await watched.flush()

  const [first, second] = named(watched.collector.spans, 'query').map((root) => watched.collector.childrenOf(root))
  expect(first?.map(({ name }) => name)).toContain('plan')
  expect(second?.map(({ name }) => name)).toEqual(['subgraph books', 'subgraph reviews'])
})

test('sends nothing of a document or of its variables', async () => {
  await using watched = await startWatchedLibrary()
  await watched.library.post({ query: '{ book(id: "a-secret") { title } }' })
  await watched.library.post({
    query: QUERY,
    variables: { id: 'a-secret' },
    headers: { authorization: 'Bearer a-secret' },
  })
  await watched.library.post({ query: '{ a-secret' })
  await watched.flush()
  expect(watched.collector.spans.length).toBeGreaterThan(2)
  expect(watched.collector.bodies.join()).not.toContain('a-secret')
})

test("links to a client's trace and does not let it decide, unless clients are trusted with that", async () => {
  await using stranger = await startWatchedLibrary()
  await stranger.library.post({ query: QUERY, variables, headers: { traceparent } })
  await stranger.flush()
  const [root] = named(stranger.collector.spans, 'query')
  expect(root?.traceId).not.toBe(TRACE_ID)
  expect(root?.links).toEqual([{ traceId: TRACE_ID, spanId: CLIENT_ID }])

  await using trusted = await startWatchedLibrary({ isTraceTrusted: true })
  await trusted.library.post({ query: QUERY, variables, headers: { traceparent, tracestate: 'vendor=1' } })
  await trusted.flush()
  const [continued] = named(trusted.collector.spans, 'query')
  expect(continued).toMatchObject({ traceId: TRACE_ID, parentSpanId: CLIENT_ID, links: [] })
  expect(trusted.library.subgraphs.get('books')?.calls[0]).toMatchObject({ tracestate: 'vendor=1' })
})

test('marks the call that failed, and the operation only where the fault is ours', async () => {
  await using watched = await startWatchedLibrary()
  await watched.library.subgraphs.get('reviews')?.close()
  await watched.library.post({ query: QUERY, variables })
  await watched.library.post({ query: '{ author(id: "a8") { name } }' })
  await watched.flush()

  const { spans } = watched.collector
  expect(
    named(spans, 'subgraph reviews').map(({ isError, attributes }) => [isError, attributes['error.type']]),
  ).toEqual([[true, 'SUBGRAPH_UNAVAILABLE']])
  expect(named(spans, 'query').map(({ isError, attributes }) => [attributes['graphql.outcome'], isError])).toEqual([
    ['partial', false],
    ['partial', true],
  ])
})

test.each([
  ['a bad token', QUERY, { authorization: 'Bearer nonsense' }, 401],
  ['a document that does not parse', '{', {}, 400],
])('records the refusal of %s', async (_name, query, headers, status) => {
  await using watched = await startWatchedLibrary()
  await watched.library.post({ query, variables, headers })
  await watched.flush()
  const [root] = named(watched.collector.spans, 'unknown')
  expect(root?.attributes).toMatchObject({ 'graphql.outcome': 'refused', 'http.response.status_code': status })
})

test('records each event with the calls that complete it, and what comes over a socket beside it', async () => {
  await using watched = await startWatchedLibrary()
  const { library, collector } = watched
  const socket = library.socket()
  const events = socket.iterate({ query: 'subscription { bookLent(after: "0") { days book { rating } } }' })
  library.journal.append({ bookId: 'b1', days: 3 })
  await events.next()
  for await (const _answer of socket.iterate({ query: QUERY, variables })) break
  await watched.flush()

  const [event] = named(collector.spans, 'subscription event')
  if (event === undefined) throw new Error('no span of the event')
  expect(event.parentSpanId).toBeUndefined()
  expect(collector.childrenOf(event).map(({ name }) => name)).toEqual(['subgraph reviews'])
  const [query] = named(collector.spans, 'query')
  expect(query?.attributes).toMatchObject({ 'gateway.transport': 'live', 'graphql.operation.name': 'Known' })
})

test('answers as always when the collector is gone', async () => {
  await using watched = await startWatchedLibrary()
  await watched.collector[Symbol.asyncDispose]()
  const { status, body } = await watched.library.post({ query: QUERY, variables })
  expect(status).toBe(200)
  expect(body).toEqual({ data: { book: { title: 'Book b1', rating: 4 } } })
})
