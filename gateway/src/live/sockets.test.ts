import { once } from 'node:events'
import { createClient } from 'graphql-ws'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { type Library, type LibraryOptions, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

let library: Library | undefined
afterEach(() => library?.close())

async function start(options: LibraryOptions = {}): Promise<Library> {
  library = await startLibrary(options)
  return library
}

/** A bare socket, for what no well-behaved client does. */
const rawSocket = (url: string, protocol = 'graphql-transport-ws', options = {}) =>
  new WebSocket(url.replace('http', 'ws'), protocol, options)

const DAYS = 'subscription { bookLent { days } }'

describe('the token of a socket', () => {
  test.each([
    ['authorization', (authorization: string) => ({ authorization })],
    ['Authorization', (authorization: string) => ({ Authorization: authorization })],
    ['headers', (authorization: string) => ({ headers: { authorization } })],
  ])('is taken from connection_init as %s, and opens marked fields', async (_, connectionParams) => {
    const { url, journal, issuer } = await start()
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: connectionParams(await issuer.bearer()),
    })
    const first = client.iterate({ query: 'subscription { staffBell { rings } }' }).next()
    await journal.whenStreams(1)
    journal.append({ bookId: 'b1', days: 1 })
    expect((await first).value).toEqual({ data: { staffBell: { rings: 1 } } })
    await client.dispose()
  })

  test('is missing: a marked field is refused with its path, and nothing is asked of the subgraph', async () => {
    const { socket, subgraphs } = await start()
    await expect(socket().iterate({ query: 'subscription { alias: staffBell { rings } }' }).next()).rejects.toEqual([
      {
        message: expect.any(String),
        path: ['alias'],
        extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' },
      },
    ])
    expect(subgraphs.get('books')?.sockets()).toBe(0)
  })

  test.each([
    ['expired', { expiresIn_s: -10 }, 4403],
    ['forged', { forged: true }, 4401],
  ])('is %s: the socket is closed with its own code', async (_, options, code) => {
    const { socket, issuer } = await start()
    const events = socket({ authorization: await issuer.bearer(options) }).iterate({ query: DAYS })
    await expect(events.next()).rejects.toMatchObject({ code })
  })

  test('expires: the subscription ends with an error and its cursor, then the socket closes for a new token', async () => {
    const { socket, issuer, journal } = await start()
    const client = socket({ authorization: await issuer.bearer({ expiresIn_s: 4 }) })
    const closed = new Promise((resolve) => client.on('closed', resolve))
    const events = client.iterate({ query: DAYS })
    const first = events.next()
    await journal.whenStreams(1)
    journal.append({ bookId: 'b1', days: 1 })
    await first
    await expect(events.next()).rejects.toEqual([
      { message: expect.any(String), extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED', cursor: '1' } },
    ])
    await expect(closed).resolves.toMatchObject({ code: 4403, reason: 'Forbidden: the token has expired' })
    await journal.whenStreams(0)
  })

  test('goes with each stream to the subgraph, as the correlation id does', async () => {
    const { socket, issuer, subgraphs } = await start()
    const authorization = await issuer.bearer()
    const correlationId = 'a-correlation-id-of-mine'
    const query = '{ book(id: "b1") { rating } }'
    const events = socket({ authorization }).iterate({
      query,
      extensions: { headers: { 'x-correlation-id': correlationId } },
    })
    await events.next()
    for (const name of ['books', 'reviews'])
      expect(subgraphs.get(name)?.calls).toMatchObject([{ authorization, 'x-correlation-id': correlationId }])
  })
})

describe('a socket is closed, or never opened,', () => {
  test('when it does not say connection_init in time', async () => {
    const { url } = await start({ limits: { graphqlWs: { ...DEFAULT_LIMITS.graphqlWs, init_ms_max: 20 } } })
    const [code] = await once(rawSocket(url), 'close')
    expect(code).toBe(4408)
  })

  test('when it subscribes before connection_init', async () => {
    const { url } = await start()
    const socket = rawSocket(url)
    await once(socket, 'open')
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: DAYS } }))
    expect((await once(socket, 'close'))[0]).toBe(4401)
  })

  test('when it speaks another protocol', async () => {
    const { url } = await start()
    const socket = rawSocket(url, 'graphql-ws')
    const refused = once(socket, 'error')
    await expect(refused).resolves.toMatchObject([{ message: expect.stringContaining('subprotocol') }])
  })

  test('when a message is larger than the limit', async () => {
    const limits = { websocket: { ...DEFAULT_LIMITS.websocket, message_bytes_max: 1_000 } }
    const { url } = await start({ limits })
    const socket = rawSocket(url)
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init', payload: { padding: 'x'.repeat(1_000) } }))
    expect((await once(socket, 'close'))[0]).toBe(1009)
  })

  test('when it answers no ping', async () => {
    const { url } = await start({ limits: { websocket: { ...DEFAULT_LIMITS.websocket, silence_ms_max: 40 } } })
    const socket = rawSocket(url, 'graphql-transport-ws', { autoPong: false })
    expect((await once(socket, 'close'))[0]).toBe(1006)
  })

  test('when it sends more messages than it may', async () => {
    const { url } = await start({ limits: { graphqlWs: { ...DEFAULT_LIMITS.graphqlWs, messages_burst_max: 3 } } })
    const client = await new RawClient(url).ready()
    client.send(...Array(20).fill({ type: 'ping' }))
    expect(await client.closed).toBe(4430)
    expect(client.messages.filter(({ type }) => type === 'pong').length).toBeLessThan(20)
  })

  test('when it asks and does not read the answers', async () => {
    const { url, post, journal, subgraphs } = await start({
      limits: {
        websocket: { ...DEFAULT_LIMITS.websocket, buffered_bytes_max: 1_000_000 },
        graphqlWs: { ...DEFAULT_LIMITS.graphqlWs, messages_burst_max: 1_000 },
      },
    })
    const title = 'x'.repeat(300_000)
    await post({ query: 'mutation ($t: String!) { renameBook(id: "b1", title: $t) { id } }', variables: { t: title } })
    const client = await new RawClient(url).ready()
    client.subscribe('stream', DAYS.replace('bookLent', 'bookLent(after: "0")'))
    await journal.whenStreams(1)
    client.socket.pause()
    for (let id = 0; id < 90; id += 1) client.subscribe(String(id), '{ book(id: "b1") { title } }')
    const calls = subgraphs.get('books')?.calls ?? []
    while (calls.length < 100) await post({ query: '{ books { id } }' })
    client.socket.resume()
    expect(await client.closed).toBe(4431)
    expect(client.messages.find(({ id }) => id === 'stream')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'SUBSCRIPTION_OVERFLOW', cursor: '0' } }],
    })
  })

  test.each<[string, object[], number]>([
    ['what is no message', [{ type: 'shout' }], 4400],
    ['connection_init twice', [{ type: 'connection_init' }, { type: 'connection_init' }], 4429],
    ['an id that is in use', [1, 2].map(() => ({ id: 'a', type: 'subscribe', payload: { query: DAYS } })), 4409],
  ])('when it sends %s', async (_, messages, code) => {
    const { url } = await start()
    const client = await new RawClient(url).ready()
    client.send(...messages)
    expect(await client.closed).toBe(code)
  })

  test('and does not answer that: its streams end at once all the same, and nothing more is heard of it', async () => {
    const { url, journal } = await start()
    const client = await new RawClient(url).ready()
    client.subscribe('a', DAYS)
    await journal.whenStreams(1)
    client.socket.pause()
    client.send({ type: 'connection_init' }, { id: 'b', type: 'subscribe', payload: { query: DAYS } })
    await journal.whenStreams(0)
    expect(journal.opened).toBe(1)
    client.socket.terminate()
  })

  test('when its page is of an origin that may not use the graph', async () => {
    const { socket, journal } = await start({ allowedOrigins: ['https://good.example'] })
    const strange = socket({ origin: 'https://evil.example' }).iterate({ query: DAYS })
    await expect(strange.next()).rejects.toMatchObject({ message: 'Unexpected server response: 403' })
    void socket({ origin: 'https://good.example' }).iterate({ query: DAYS }).next()
    await journal.whenStreams(1)
  })

  test('when it knocks at another path', async () => {
    const { url } = await start()
    const refused = once(rawSocket(url.replace('/graphql', '/other')), 'error')
    await expect(refused).resolves.toMatchObject([{ message: 'Unexpected server response: 404' }])
  })

  test('when there are as many as there may be', async () => {
    const { url } = await start({ limits: { websocket: { ...DEFAULT_LIMITS.websocket, sockets_max: 1 } } })
    await once(rawSocket(url), 'open')
    const refused = once(rawSocket(url), 'error')
    await expect(refused).resolves.toMatchObject([{ message: 'Unexpected server response: 503' }])
  })
})

test('a socket that answers its pings stays open, and its own pings are answered', async () => {
  const { url } = await start({ limits: { websocket: { ...DEFAULT_LIMITS.websocket, silence_ms_max: 200 } } })
  const client = await new RawClient(url).ready()
  for (let pings = 0; pings < 5; pings += 1) await once(client.socket, 'ping')
  client.send({ type: 'ping', payload: { at: 1 } })
  expect(await client.next('pong')).toEqual({ type: 'pong', payload: { at: 1 } })
  client.socket.terminate()
})

test('one operation too many on a socket is refused with TOO_MANY_OPERATIONS, and the others go on', async () => {
  const { socket, journal } = await start({ limits: { graphqlWs: { ...DEFAULT_LIMITS.graphqlWs, operations_max: 1 } } })
  const client = socket()
  const first = client.iterate({ query: DAYS }).next()
  await journal.whenStreams(1)
  const second = client.iterate({ query: DAYS })
  await expect(second.next()).rejects.toMatchObject([{ extensions: { code: 'TOO_MANY_OPERATIONS' } }])
  journal.append({ bookId: 'b1', days: 1 })
  expect((await first).value).toEqual({ data: { bookLent: { days: 1 } } })
})

test('a gateway that stops tells its sockets that it is going away', async () => {
  const { url, close } = await start()
  const socket = rawSocket(url)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  library = undefined
  await close()
  expect((await closed)[0]).toBe(1001)
})
