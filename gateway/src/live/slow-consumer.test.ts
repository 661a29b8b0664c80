import { afterEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'
import { Turnstile } from '../testing/turnstile.ts'
import type { StreamLimits } from './streams/stream-options.ts'

let library: Library
afterEach(() => library.close())

const streamLimits = (limits: Partial<StreamLimits>) => ({
  limits: { stream: { ...DEFAULT_LIMITS.stream, ...limits } },
})
const lent = (count: number) => Array.from({ length: count }, (_, index) => ({ bookId: 'b1', days: index + 1 }))
const daysOf = (count: number) => lent(count).map((event) => event.days)

/** Makes every event so large that a hundred of them are more than any socket buffers. */
const withLongTitle = () =>
  library.post({ query: 'mutation ($t: String!) { renameBook(id: "b1", title: $t) { id } }', variables: LONG_TITLE })
const LONG_TITLE = { t: 'x'.repeat(300_000) }
const LONG_EVENTS = 'subscription { bookLent { cursor days book { title } } }'

/** A client that subscribes and then does not read. */
async function deaf(query: string): Promise<RawClient> {
  const client = await new RawClient(library.url).ready()
  client.subscribe('deaf', query)
  await library.journal.whenStreams(1)
  client.socket.pause()
  return client
}

/** What the deaf client finds once it reads again. */
async function outcome(client: RawClient) {
  client.socket.resume()
  const code = await client.closed
  const received = client.messages.filter(({ type }) => type === 'next').length
  return { code, received, error: client.messages.find(({ type }) => type === 'error')?.payload }
}

const overflowAt = (received: number) => ({
  code: 4431,
  received,
  error: [{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW', cursor: String(received) } }],
})

test('a backlog far longer than the queue comes whole, in order and once', async () => {
  const kept = { frames_max: 2, bytes_max: 100 }
  library = await startLibrary(streamLimits({ queue_max: 4, behind: kept, kept, returning: kept }))
  library.journal.append(...lent(100))
  const events = library.socket().iterate<{ bookLent: { days: number } }>({
    query: 'subscription { bookLent(after: "0") { days book { rating } } }',
  })
  const days: unknown[] = []
  while (days.length < 100) days.push((await events.next()).value.data.bookLent.days)
  expect(days).toEqual(daysOf(100))
})

test('a backlog larger than the socket takes at once comes whole to a client that takes its time', async () => {
  library = await startLibrary(streamLimits({ queue_max: 10 }))
  await withLongTitle()
  library.journal.append(...lent(100))
  const client = await deaf(LONG_EVENTS.replace('bookLent', 'bookLent(after: "0")'))
  await library.journal.whenStreams(0)
  client.socket.resume()
  const days = () =>
    client.messages
      .filter(({ type }) => type === 'next')
      .map(({ payload }) => (payload as { data: { bookLent: { days: number } } }).data.bookLent.days)
  while (days().length < 100) await new Promise((resolve) => client.socket.once('message', resolve))
  expect(days()).toEqual(daysOf(100))
  client.socket.terminate()
})

test('a client that reads nothing is closed as slow, with the cursor from which it loses nothing', async () => {
  library = await startLibrary(streamLimits({ stall_ms_max: 500, queue_max: 1_000 }))
  await withLongTitle()
  const client = await deaf(LONG_EVENTS)
  library.journal.append(...lent(100))
  await library.journal.whenStreams(0)
  const found = await outcome(client)
  expect(found).toEqual(overflowAt(found.received))
  expect(found.received).toBeLessThan(100)
})

/** The pong says that its subscription was taken on. */
async function readerOfLongEvents(): Promise<RawClient> {
  const reader = await new RawClient(library.url).ready()
  reader.subscribe('reader', LONG_EVENTS)
  reader.send({ type: 'ping' })
  await reader.next('pong')
  return reader
}

test('a client that reads nothing does not hold up another of the same stream, and is closed when it is too far behind', async () => {
  library = await startLibrary(
    streamLimits({ stall_ms_max: 60_000, queue_max: 1_000, behind: { frames_max: 5, bytes_max: 10_000_000 } }),
  )
  await withLongTitle()
  const slow = await deaf(LONG_EVENTS)
  const reader = await readerOfLongEvents()
  library.journal.append(...lent(100))
  const count = () => reader.messages.filter(({ type }) => type === 'next').length
  while (count() < 100) await new Promise((resolve) => reader.socket.once('message', resolve))
  expect(library.journal.streams).toBe(1)
  const found = await outcome(slow)
  expect(found).toEqual(overflowAt(found.received))
  expect(found.received).toBeLessThan(100)
  reader.socket.terminate()
})

test('a client that reads nothing does not hold up the heartbeats of others', async () => {
  const websocket = { ...DEFAULT_LIMITS.websocket, silence_ms_max: 400, read_bytes_min: 1_000_000_000 }
  const behind = { frames_max: 1_000, bytes_max: 1_000_000_000 }
  const stream = { ...DEFAULT_LIMITS.stream, stall_ms_max: 60_000, queue_max: 1_000, behind }
  library = await startLibrary({ limits: { stream, websocket } })
  await withLongTitle()
  const slow = await deaf(LONG_EVENTS)
  const reader = await readerOfLongEvents()
  library.journal.append(...lent(50))
  // Both are asked now and then whether they are there; who does not read does not answer, and is let go.
  for (let pings = 0; pings < 4; pings += 1) await new Promise((resolve) => reader.socket.once('ping', resolve))
  await library.journal.whenStreams(1)
  slow.socket.resume()
  expect(await slow.closed).toBe(1006)
  expect(reader.socket.readyState).toBe(reader.socket.OPEN)
  const count = () => reader.messages.filter(({ type }) => type === 'next').length
  while (count() < 50) await new Promise((resolve) => reader.socket.once('message', resolve))
  reader.socket.terminate()
})

const RENAME = 'mutation { renameBook(id: "b1", title: "New") { title } }'

test('an answer larger than all that may wait goes out whole, and its operation completes', async () => {
  // More than any socket buffers: some of it waits in the gateway, however fast the client is.
  const answer = { data: { renameBook: { title: 'x'.repeat(15_000_000) } } }
  const renamed = new Turnstile()
  renamed.open()
  library = await startLibrary({ intercept: { books: renamed.holding(answer) } })
  const answers: unknown[] = []
  for await (const given of library.socket().iterate({ query: RENAME })) answers.push(given)
  expect(answers).toEqual([answer])
})

test('an event larger than all that may wait goes out whole, with pongs behind it', async () => {
  const websocket = { ...DEFAULT_LIMITS.websocket, buffered_bytes_max: 1_000 }
  library = await startLibrary({ limits: { websocket, operation: { ...DEFAULT_LIMITS.operation, aliases_max: 50 } } })
  await withLongTitle()
  const titles = Array.from({ length: 50 }, (_, index) => `title${index}: title`)
  const query = `subscription { bookLent { book { ${titles.join(' ')} } } }`
  const client = await deaf(query)
  const reader = await new RawClient(library.url).ready()
  reader.subscribe('reader', query)
  reader.send({ type: 'ping' })
  await reader.next('pong')
  library.journal.append(...lent(1))
  // What one of a stream has got, the others have been handed.
  await reader.next('next')
  client.send({ type: 'ping' })
  client.subscribe('behind the ping', 'subscription { bookLent { days } }')
  await library.journal.whenStreams(2)
  client.socket.resume()
  expect(await Promise.race([client.next('pong'), client.closed])).toEqual({ type: 'pong' })
  expect(client.messages.map(({ type }) => type)).toEqual(['connection_ack', 'next', 'pong'])
  client.socket.terminate()
  reader.socket.terminate()
})

test('a mutation under way on the socket of a slow subscription is answered before it closes', async () => {
  const turnstile = new Turnstile()
  const holding = turnstile.holding({ data: { renameBook: { title: 'New' } } })
  let isHeld = false
  library = await startLibrary({
    ...streamLimits({ stall_ms_max: 500, queue_max: 1_000 }),
    intercept: { books: (request, response) => isHeld && holding(request, response) },
  })
  await withLongTitle()
  isHeld = true
  const client = await deaf(LONG_EVENTS)
  client.subscribe('mutation', RENAME)
  await turnstile.whenHeld()
  library.journal.append(...lent(100))
  await library.journal.whenStreams(0)
  turnstile.open()
  const { received, ...found } = await outcome(client)
  // One of them is the mutation's.
  expect({ ...found, received: received - 1 }).toEqual(overflowAt(received - 1))
  expect(client.messages.filter(({ id }) => id === 'mutation')).toEqual([
    { id: 'mutation', type: 'next', payload: { data: { renameBook: { title: 'New' } } } },
    { id: 'mutation', type: 'complete' },
  ])
})

test('a stream that cannot be taken up again is ended as soon as its queue is full', async () => {
  // Another subgraph that does not answer: the first event stays in hand, and nothing more is taken.
  const stuck = new Turnstile().holding({ data: null })
  library = await startLibrary({ ...streamLimits({ queue_max: 2, completing_max: 1 }), intercept: { authors: stuck } })
  const events = library.socket().iterate({ query: 'subscription { bell { book { author { name } } } }' })
  const first = events.next()
  await library.journal.whenStreams(1)
  library.journal.append(...lent(10))
  await expect(first).rejects.toEqual([{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW' } }])
  await library.journal.whenStreams(0)
})
