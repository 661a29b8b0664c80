import { expect, test } from 'vitest'
import { startWatchedLibrary } from '../testing/watched-library.ts'

test('counts operations by outcome, and by name only where that is a known one', async () => {
  await using watched = await startWatchedLibrary()
  const { library, registry } = watched
  await library.post({ query: 'query Known { books { id } }' })
  for (const name of ['Mine', 'Yours']) await library.post({ query: `query ${name} { books { id } }` })
  await library.post({ query: '{ author(id: "a7") { name } }' })
  await library.post({ query: '{' })

  const text = await registry.metrics()
  const count = (operation: string, type: string, outcome: string) =>
    `gateway_operation_duration_seconds_count{operation="${operation}",type="${type}",outcome="${outcome}"}`
  expect(text).toContain(`${count('Known', 'query', 'ok')} 1`)
  expect(text).toContain(`${count('other', 'query', 'ok')} 2`)
  expect(text).toContain(`${count('other', 'query', 'partial')} 1`)
  expect(text).toContain(`${count('other', 'unknown', 'refused')} 1`)
  expect(text).not.toContain('Mine')
})

test('counts the calls of each subgraph by what came of them, and shows what is cached', async () => {
  await using watched = await startWatchedLibrary()
  const { library, registry } = watched
  await library.post({ query: '{ book(id: "b1") { rating } }' })
  await library.post({ query: '{ author(id: "a7") { name } }' })
  await library.subgraphs.get('reviews')?.close()
  await library.post({ query: '{ book(id: "b1") { rating } }' })

  const text = await registry.metrics()
  const count = (subgraph: string, outcome: string) =>
    `gateway_subgraph_call_duration_seconds_count{subgraph="${subgraph}",outcome="${outcome}"}`
  expect(text).toContain(`${count('books', 'ok')} 2`)
  expect(text).toContain(`${count('authors', 'errors')} 1`)
  expect(text).toContain(`${count('reviews', 'ok')} 1`)
  expect(text).toContain(`${count('reviews', 'SUBGRAPH_UNAVAILABLE')} 1`)
  expect(text).toContain('gateway_documents_cached 2')
  expect(text).toContain('gateway_subgraph_circuit{subgraph="books"} 0')
  expect(text).toContain('gateway_subgraph_calls_in_flight{subgraph="books"} 0')
  expect(text).toContain('gateway_subgraph_connections{subgraph="books",kind="http"} 1')
})

test('shows sockets and streams while they are open, and counts events', async () => {
  await using watched = await startWatchedLibrary()
  const { library, registry } = watched
  const socket = library.socket()
  const events = socket.iterate({ query: 'subscription { bookLent(after: "0") { book { author { name } } } }' })
  library.journal.append({ bookId: 'b1', days: 3 }, { bookId: 'b8', days: 3 })
  for (let event = 0; event < 2; event += 1) await events.next()

  const open = await registry.metrics()
  expect(open).toContain('gateway_sockets_open 1')
  expect(open).toContain('gateway_subscriptions_open 1')
  expect(open).toContain('gateway_events_delivered_total 2')
  expect(open).toContain('gateway_upstream_streams{subgraph="books"} 1')
  expect(open).toContain('gateway_upstream_connected{subgraph="books"} 1')
  expect(open).toContain('gateway_upstream_connected{subgraph="reviews"} 0')
  expect(open).toContain('gateway_event_duration_seconds_count{outcome="ok"} 1')
  expect(open).toContain('gateway_event_duration_seconds_count{outcome="partial"} 1')
  expect(open).toContain('gateway_errors_total{code="INTERNAL_SERVER_ERROR"} 1')

  await events.return?.()
  const bad = socket.iterate({ query: 'subscription { bookLent(after: "nonsense") { days } }' })
  await expect(bad.next()).rejects.toBeDefined()
  const after = await registry.metrics()
  expect(after).toContain('gateway_subscriptions_open 0')
  expect(after).toContain('gateway_subscriptions_failed_total{code="INVALID_CURSOR"} 1')
})

test('counts a query that is answered as a stream', async () => {
  await using watched = await startWatchedLibrary()
  const response = await fetch(watched.library.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'query Known { books { id } }' }),
  })
  expect(await response.text()).toContain('"b1"')
  expect(await watched.registry.metrics()).toContain(
    'gateway_operation_duration_seconds_count{operation="Known",type="query",outcome="ok"} 1',
  )
})

test('counts errors by code', async () => {
  await using watched = await startWatchedLibrary()
  await watched.library.post({ query: '{ author(id: "a7") { name } }' })
  await watched.library.post({ query: '{' })
  const text = await watched.registry.metrics()
  expect(text).toContain('gateway_errors_total{code="WITHDRAWN"} 1')
  expect(text).toContain('gateway_errors_total{code="GRAPHQL_PARSE_FAILED"} 1')
})

test('counts a phase when no cache spared it', async () => {
  await using watched = await startWatchedLibrary()
  for (let request = 0; request < 3; request += 1) await watched.library.post({ query: '{ books { id } }' })
  await watched.library.post({ query: '{' })
  const text = await watched.registry.metrics()
  const count = (phase: string, outcome: string) =>
    `gateway_phase_duration_seconds_count{phase="${phase}",outcome="${outcome}"}`
  expect(text).toContain(`${count('parse', 'ok')} 1`)
  expect(text).toContain(`${count('validate', 'ok')} 1`)
  expect(text).toContain(`${count('plan', 'ok')} 1`)
  expect(text).toContain(`${count('parse', 'error')} 1`)
})
