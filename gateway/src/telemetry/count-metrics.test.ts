import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { trustDocuments } from '../persisted/trusted.ts'
import type { Library } from '../testing/library.ts'
import { createMuseum, museumSubgraphs } from '../testing/museum.ts'
import { RawClient } from '../testing/raw-client.ts'
import { startWatchedLibrary, type WatchedLibrary } from '../testing/watched-library.ts'

const BOOKS = '{ books { id } }'
const LENT = 'subscription ($after: String) { bookLent(after: $after) { days } }'

/** Its value, and that of its labels, of every series of a metric. */
async function seriesOf({ registry }: WatchedLibrary, name: string): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(name))
  return Object.fromEntries(
    lines.map((line) => {
      const [, label = '', value = ''] = /^\w+(?:\{\w+="([^"]*)"\})? (\S+)$/.exec(line) ?? []
      return [label, Number(value)]
    }),
  )
}

async function post({ url }: Library, body: object, headers: Record<string, string> = {}): Promise<void> {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  await (await fetch(url, { ...request, body: JSON.stringify(body) })).text()
}

test('counts whose plan was there and who was the first to need it, and times the planning threads', async () => {
  await using watched = await startWatchedLibrary()
  const { library } = watched
  for (let times = 0; times < 3; times += 1) await library.post({ query: BOOKS })
  await library.post({ query: '{ book(id: "b1") { title } }' })
  const client = await new RawClient(library.url).ready()
  for (const id of ['1', '2']) client.subscribe(id, LENT)
  client.subscribe('3', BOOKS)
  await client.next('complete')
  // Its plan is there, then.
  await library.journal.whenStreams(1)
  expect(await seriesOf(watched, 'gateway_plan_lookups_total')).toEqual({ hit: 4, miss: 3 })
  expect(await seriesOf(watched, 'gateway_planner_duration_seconds_count')).toEqual({ ok: 3 })
  expect(await seriesOf(watched, 'gateway_planner_wait_seconds_count')).toEqual({ '': 3 })
  expect(await seriesOf(watched, 'gateway_planner_waiting')).toEqual({ light: 0, heavy: 0, background: 0 })
  expect(await seriesOf(watched, 'gateway_planner_running')).toEqual({ '': 0 })
  client.socket.terminate()
})

test('counts by its code what the planner refused', async () => {
  await using watched = await startWatchedLibrary({ definitions: UNPLANNABLE })
  await watched.library.post({ query: '{ thing { label } }' })
  expect(await seriesOf(watched, 'gateway_planner_duration_seconds_count')).toEqual({ UNSUPPORTED_PLAN: 1 })
})

test('counts how answers of subgraphs were read', async () => {
  await using watched = await startWatchedLibrary()
  const { library } = watched
  for (let times = 0; times < 2; times += 1) await library.post({ query: BOOKS })
  await library.post({ query: 'query ($isLeftOut: Boolean = false) { books @skip(if: $isLeftOut) { id } }' })
  // This subgraph cannot be reached, which is no text to take over.
  await library.subgraphs.get('reviews')?.close()
  await library.post({ query: '{ books { rating } }' })
  expect(await seriesOf(watched, 'gateway_executed_operations_total')).toEqual({
    texts: 2,
    values: 1,
    values_after_texts: 1,
  })
})

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@interfaceObject"])`

/** Its interface has no implementation, in which Apollo's planner contradicts itself. */
const UNPLANNABLE = {
  labels: {
    typeDefs: `${link}
      type Query { thing: Thing }
      type Thing @interfaceObject @key(fields: "id") {
        id: ID! name: String @external label: String @requires(fields: "name")
      }`,
    resolvers: {},
  },
  things: {
    typeDefs: `${link}
      interface Thing @key(fields: "id") { id: ID! name: String }
      type Other @key(fields: "id") { id: ID! }`,
    resolvers: {},
  },
}

test('counts answers that were kept, asked for anew, and from before', async () => {
  const clock = fixedClock(new Date())
  await using watched = await startWatchedLibrary({ definitions: museumSubgraphs(createMuseum()), clock })
  const { library } = watched
  const query = '{ exhibit(id: "e1") { title } }'
  for (let times = 0; times < 2; times += 1) await library.post({ query })
  for (const cacheControl of ['no-cache', 'no-store'])
    await library.post({ query, headers: { 'cache-control': cacheControl } })
  await library.post({ query: '{ visitorCount }' })
  expect(await seriesOf(watched, 'gateway_cached_responses_total')).toEqual({ hit: 1, shared: 0, miss: 1, bypassed: 2 })

  await library.subgraphs.get('exhibits')?.close()
  clock.advance(300_000)
  await library.post({ query })
  expect(await seriesOf(watched, 'gateway_stale_answers_total')).toEqual({ exhibits: 1 })
  expect(await seriesOf(watched, 'gateway_cached_responses_total')).toMatchObject({ miss: 2 })
  expect(await seriesOf(watched, 'gateway_cache_failures_total')).toEqual({ '': 0 })
})

test('counts documents by how they were named, each request once, streamed ones as well', async () => {
  const trusted = trustDocuments([['books', BOOKS]], 1_000)
  await using watched = await startWatchedLibrary({ persisted: { trusted, isRequired: false } })
  const { library } = watched
  const query = '{ bestRating }'
  const sha256Hash = createHash('sha256').update(query).digest('hex')
  const extensions = { persistedQuery: { version: 1, sha256Hash } }
  await post(library, { query })
  await post(library, { documentId: 'books' })
  await post(library, { documentId: 'nonsense' })
  await post(library, { extensions })
  await post(library, { query, extensions })
  await post(library, { extensions })
  await post(library, { documentId: 'books' }, { accept: 'text/event-stream' })
  await post(library, { documentId: 'books' }, { accept: 'application/json, text/event-stream' })
  expect(await seriesOf(watched, 'gateway_persisted_documents_total')).toEqual({
    registered: 3,
    learnt: 1,
    taught: 1,
    unknown: 2,
    refused: 0,
  })
})

test('counts texts that are refused because they are not registered', async () => {
  const trusted = trustDocuments([['books', BOOKS]], 1_000)
  await using watched = await startWatchedLibrary({ persisted: { trusted, isRequired: true } })
  await post(watched.library, { query: '{ bestRating }' })
  await post(watched.library, { query: BOOKS })
  expect(await seriesOf(watched, 'gateway_persisted_documents_total')).toMatchObject({ registered: 1, refused: 1 })
})

test('counts who resumed, from what a stream still had or from the subgraph, and times what was handed on', async () => {
  await using watched = await startWatchedLibrary()
  const { library } = watched
  library.journal.append({ bookId: 'b1', days: 1 }, { bookId: 'b1', days: 2 })
  const socket = library.socket()
  for (let client = 0; client < 2; client += 1) {
    const events = socket.iterate({ query: LENT, variables: { after: '0' } })
    for (let event = 0; event < 2; event += 1) await events.next()
  }
  expect(await seriesOf(watched, 'gateway_subscriptions_resumed_total')).toEqual({ replayed: 1, kept: 1 })
  expect(await seriesOf(watched, 'gateway_event_lag_seconds_count')).toEqual({ '': 2 })
})

test('counts requests for sockets by the status of the answer', async () => {
  await using watched = await startWatchedLibrary({ allowedOrigins: ['https://good.example'] })
  const { url } = watched.library
  const client = await new RawClient(url).ready()
  await once(new WebSocket(url.replace('http', 'ws'), { origin: 'https://evil.example' }), 'error')
  expect(await seriesOf(watched, 'gateway_upgrades_total')).toEqual({ 101: 1, 403: 1 })
  client.socket.terminate()
})

test('counts closed sockets by code, and no code that a client made up', async () => {
  await using watched = await startWatchedLibrary()
  const { url } = watched.library
  for (const code of [1000, 4999, 3001]) {
    const client = await new RawClient(url).ready()
    client.socket.close(code)
    await client.closed
  }
  const rude = new RawClient(url)
  rude.socket.once('open', () => rude.send({ type: 'nonsense' }))
  await rude.closed
  const closed = () => seriesOf(watched, 'gateway_sockets_closed_total')
  await expect.poll(closed, { timeout: 10_000 }).toEqual({ 1000: 1, 4400: 1, other: 2 })
})
