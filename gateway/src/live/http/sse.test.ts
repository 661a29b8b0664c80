import { get } from 'node:http'
import { EventSource } from 'eventsource'
import { createClient } from 'graphql-sse'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { startCuttableProxy } from '../../testing/cuttable-proxy.ts'
import { type Library, type LibraryOptions, startLibrary } from '../../testing/library.ts'

let library: Library
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(options: LibraryOptions = {}): Promise<Library> {
  library = await startLibrary(options)
  closing.push(() => library.close())
  return library
}

interface Lent {
  readonly data?: { readonly bookLent: { readonly days: number } }
}

const lent = (...days: number[]) => days.map((day) => ({ bookId: 'b1', days: day }))
const DAYS = 'subscription { bookLent { days } }'

/** The real client of the protocol, which does not try again by itself. */
function client(headers: Record<string, string> = {}, singleConnection = false) {
  const made = createClient<boolean>({ url: library.url, headers, retryAttempts: 0, singleConnection })
  closing.push(() => made.dispose())
  return made
}

function iterate(query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  return client(headers).iterate<Lent['data'] & object>({ query, variables })
}

/** A request as a program without a library sends it. */
function open(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const leaving = new AbortController()
  closing.push(() => leaving.abort())
  return fetch(`${library.url}?query=${encodeURIComponent(query)}`, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: leaving.signal,
  })
}

describe('graphql-sse’s client', () => {
  test('gets the events of a subscription, with the fields of other subgraphs', async () => {
    await start()
    const events = iterate('subscription { bookLent { days book { author { name } } } }')
    const first = events.next()
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1, 2))
    const answer = (days: number) => ({ data: { bookLent: { days, book: { author: { name: 'Author a1' } } } } })
    expect(await first).toEqual({ done: false, value: answer(1) })
    expect(await events.next()).toEqual({ done: false, value: answer(2) })
  })

  test('ends the stream in the subgraph when it leaves, however quiet it is', async () => {
    await start()
    const events = iterate(DAYS)
    void events.next()
    await library.journal.whenStreams(1)
    await events.return?.()
    await library.journal.whenStreams(0)
  })

  test.each([
    ['a query', '{ book(id: "b1") { title rating } }', { book: { title: 'Book b1', rating: 4 } }],
    ['a mutation', 'mutation { renameBook(id: "b2", title: "New") { title } }', { renameBook: { title: 'New' } }],
  ])('gets the one answer of %s, and its end', async (_, query, data) => {
    await start()
    const answers = iterate(query)
    expect(await answers.next()).toEqual({ done: false, value: { data } })
    expect(await answers.next()).toEqual({ done: true, value: undefined })
  })

  test.each([
    ['does not parse', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['is not valid', 'subscription { bookStolen { days } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['lacks a variable', 'subscription ($d: Int!) { bookLent(minDays: $d) { days } }', 'BAD_USER_INPUT'],
    ['needs a token', 'subscription { staffBell { rings } }', 'UNAUTHENTICATED'],
    ['is refused by the subgraph', 'subscription { bookLent(after: "!") { days } }', 'INVALID_CURSOR'],
  ])('is told in the stream what is wrong with an operation that %s', async (_, query, code) => {
    await start()
    const answers = iterate(query)
    expect(await answers.next()).toMatchObject({ value: { errors: [{ extensions: { code } }] } })
    expect(await answers.next()).toMatchObject({ done: true })
  })

  test('is signed in by its authorization header', async () => {
    await start()
    const headers = { authorization: await library.issuer.bearer() }
    const first = iterate('subscription { staffBell { rings } }', {}, headers).next()
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1))
    expect(await first).toMatchObject({ value: { data: { staffBell: { rings: 1 } } } })
  })

  test('is told that its token has expired, and the cursor to go on from', async () => {
    await start()
    const events = iterate(DAYS, {}, { authorization: await library.issuer.bearer({ expiresIn_s: 4 }) })
    const first = events.next()
    await library.journal.whenStreams(1)
    library.journal.append(...lent(1))
    expect(await first).toMatchObject({ value: { data: { bookLent: { days: 1 } } } })
    const extensions = { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED', cursor: '1' }
    expect(await events.next()).toMatchObject({ value: { errors: [{ extensions }] } })
    expect(await events.next()).toMatchObject({ done: true })
    await library.journal.whenStreams(0)
  })

  test('is refused in single connection mode, which needs state between requests', async () => {
    await start()
    const { promise, reject } = Promise.withResolvers()
    client({}, true).subscribe({ query: DAYS }, { next: () => undefined, error: reject, complete: () => undefined })
    await expect(promise).rejects.toMatchObject({ response: { status: 405 } })
  })
})

test('a stream of events is shared with clients of other protocols', async () => {
  await start()
  // Not by fetch: it sends a language, which subgraphs get to see and a socket's messages do not carry.
  const overSse = new Promise((resolve) => {
    const url = `${library.url}?query=${encodeURIComponent(DAYS)}`
    const request = get(url, { headers: { accept: 'text/event-stream' } }, (response) => {
      response.on('error', () => undefined)
      response.on('data', (chunk) => {
        const [, data] = /^data: (.*)$/m.exec(String(chunk)) ?? []
        if (data !== undefined) resolve(JSON.parse(data))
      })
    })
    closing.push(() => request.destroy())
  })
  await library.journal.whenStreams(1)
  const socket = library.socket()
  const overWebSocket = socket.iterate({ query: DAYS }).next()
  for await (const _ of socket.iterate({ query: '{ bestRating }' }));
  library.journal.append(...lent(1))
  expect(await overSse).toEqual((await overWebSocket).value)
  expect(library.journal.opened).toBe(1)
})

describe('a response', () => {
  test('is there before the first event, is not kept by proxies, and says now and then that it lives', async () => {
    await start({ limits: { httpStream: { ...DEFAULT_LIMITS.httpStream, heartbeat_ms: 16 } } })
    const { status, headers, body } = await open(DAYS, { 'accept-encoding': 'gzip, br' })
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(headers.get('cache-control')).toContain('no-transform')
    expect(headers.get('content-encoding')).toBeNull()
    let text = ''
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.length > 12) break
    }
    expect(text).toMatch(/^(:\n\n|id: 0\n\n)+$/)
  })

  test('says before the first event where an EventSource goes on, and again when the gateway stops', async () => {
    await start()
    const { body } = await open(DAYS)
    let text = ''
    let stopped: Promise<void> | undefined
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('id: 0\n\n')) stopped ??= library.gateway.stop()
    }
    const [, data = ''] = /event: next\nid: 0\ndata: (.*)\n\nevent: complete\ndata:\n\n$/.exec(text) ?? []
    expect(JSON.parse(data)).toMatchObject({ errors: [{ extensions: { code: 'GOING_AWAY', cursor: '0' } }] })
    await stopped
  })

  test('has its headers at once, with nothing to say for long', async () => {
    await start({ limits: { httpStream: { ...DEFAULT_LIMITS.httpStream, heartbeat_ms: 3_600_000 } } })
    // Resolves with the headers.
    expect((await open(DAYS)).status).toBe(200)
  })

  test('ends with an error and its cursor when its client takes nothing', async () => {
    await start({ limits: { stream: { ...DEFAULT_LIMITS.stream, queue_max: 1_000, stall_ms_max: 500 } } })
    const title = 'x'.repeat(300_000)
    await library.post({
      query: 'mutation ($title: String!) { renameBook(id: "b1", title: $title) { id } }',
      variables: { title },
    })
    const response = await open('subscription { bookLent { book { title } } }')
    await library.journal.whenStreams(1)
    library.journal.append(...lent(...Array(100).keys()))
    await library.journal.whenStreams(0)
    const text = await response.text()
    const answers = text.split('event: next\n').length - 2
    expect(text).toContain(`\nid: ${answers}\n`)
    const [, last = ''] = /data: (.*)\n\nevent: complete\ndata:\n\n$/.exec(text) ?? []
    expect(JSON.parse(last)).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'SUBSCRIPTION_OVERFLOW', cursor: String(answers) } }],
    })
    expect(answers).toBeLessThan(100)
  })

  test.each<[string, number, string, LibraryOptions, Record<string, string>]>([
    ['whose token is forged', 401, 'UNAUTHENTICATED', {}, { authorization: 'Bearer a.b.c' }],
    ['from a page of another origin', 403, 'FORBIDDEN', { allowedOrigins: [] }, { origin: 'https://evil.example' }],
    [
      'above the limit of streams',
      503,
      'SERVICE_UNAVAILABLE',
      { limits: { httpStream: { ...DEFAULT_LIMITS.httpStream, streams_max: 0 } } },
      {},
    ],
  ])('to a request %s has status %d', async (_, status, code, options, headers) => {
    await start(options)
    const response = await open(DAYS, headers)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] })
  })

  test('to a mutation that came by GET says so', async () => {
    await start()
    const response = await open('mutation { renameBook(id: "b1", title: "No") { title } }')
    expect(await response.text()).toContain('METHOD_NOT_ALLOWED')
    expect((await library.post({ query: '{ book(id: "b1") { title } }' })).body).toMatchObject({
      data: { book: { title: 'Book b1' } },
    })
  })
})

test('a browser’s EventSource that lost its connection goes on behind its last event', async () => {
  await start()
  const proxy = await startCuttableProxy(library.url)
  closing.push(() => proxy.close())
  const source = new EventSource(`${proxy.url}?query=${encodeURIComponent(DAYS)}`)
  closing.push(() => source.close())
  const days: number[] = []
  let heard = () => {}
  source.addEventListener('next', ({ data }) => {
    days.push((JSON.parse(data) as Required<Lent>).data.bookLent.days)
    heard()
  })
  const whenHeard = async (count: number) => {
    while (days.length < count)
      await new Promise<void>((resolve) => {
        heard = resolve
      })
  }
  await library.journal.whenStreams(1)
  library.journal.append(...lent(1, 2))
  await whenHeard(2)
  proxy.cut()
  await library.journal.whenStreams(0)
  library.journal.append(...lent(3, 4))
  await whenHeard(4)
  expect(days).toEqual([1, 2, 3, 4])
})
