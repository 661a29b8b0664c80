import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { TOY_CERTIFICATE } from '@carriergraph/shared/testing/toy-certificate.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type ClientUnderTest, CONTEXT, clientOf, mutation, query } from '../../testing/calls.ts'
import {
  graphqlAnswer,
  httpAnswer,
  type RawAnswer,
  type RawSubgraph,
  startRawSubgraph,
} from '../../testing/raw-subgraph.ts'

const WELL = graphqlAnswer({ is: 'well' })
const ANSWER = { data: { is: 'well' } }

const open: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of open.splice(0).reverse()) await close()
})

async function serve(answer: RawAnswer): Promise<RawSubgraph & ClientUnderTest> {
  const subgraph = await startRawSubgraph(answer)
  open.push(() => subgraph.close())
  return { ...subgraph, ...callers(subgraph.url) }
}

function callers(url: string): ClientUnderTest {
  const made = clientOf([url])
  open.push(() => made.client.close())
  return made
}

const says =
  (bytes: string): RawAnswer =>
  (socket) =>
    void socket.write(bytes, 'latin1')

describe('a connection', () => {
  test('serves one call after the other', async () => {
    const { client, connections } = await serve(says(WELL))
    for (let i = 0; i < 5; i += 1) expect(await client.execute(query(), CONTEXT)).toEqual(ANSWER)
    expect(connections()).toBe(1)
  })

  test('is one for each of the calls that are under way', async () => {
    const sockets: Socket[] = []
    const { client, connections, whenRequested } = await serve((socket) => void sockets.push(socket))
    const answers = [1, 2, 3].map(() => client.execute(query(), CONTEXT))
    await whenRequested(3)
    for (const socket of sockets) socket.write(WELL)
    expect(await Promise.all(answers)).toEqual([ANSWER, ANSWER, ANSWER])
    expect(connections()).toBe(3)
  })

  test.each([
    ['says that it is the last', httpAnswer('{"data":{"is":"well"}}', { headers: 'connection: close\r\n' })],
    ['is of HTTP/1.0', WELL.replace('HTTP/1.1', 'HTTP/1.0')],
    ['has something behind it', `${WELL}HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"data":{"is":`],
    ['leaves no time', httpAnswer('{"data":{"is":"well"}}', { headers: 'keep-alive: timeout=1\r\n' })],
  ])('is not used again after an answer that %s', async (_, bytes) => {
    const { client, connections } = await serve(says(bytes))
    for (let i = 0; i < 3; i += 1) expect(await client.execute(mutation(), CONTEXT)).toEqual(ANSWER)
    expect(connections()).toBe(3)
  })

  test('on which an answer came that nobody waited for answers nobody', async () => {
    const sockets: Socket[] = []
    const { client, openSockets } = await serve((socket) => {
      sockets.push(socket)
      socket.write(WELL)
    })
    expect(await client.execute(query(), CONTEXT)).toEqual(ANSWER)
    sockets[0]?.write(graphqlAnswer({ is: 'of another' }))
    await expect.poll(openSockets, { timeout: 10_000 }).toBe(0)
    expect(await client.execute(query(), CONTEXT)).toEqual(ANSWER)
  })

  test.each([
    ['as long as the subgraph says, less a second', 'keep-alive: timeout=3\r\n', 2_000],
    ['four seconds where the subgraph does not say', '', 4_000],
  ])('may be idle for %s', async (_, headers, idle_ms) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { client, connections } = await serve(says(httpAnswer('{"data":{"is":"well"}}', { headers })))
    await client.execute(mutation(), CONTEXT)
    vi.advanceTimersByTime(idle_ms - 1)
    await client.execute(mutation(), CONTEXT)
    expect(connections()).toBe(1)
    vi.advanceTimersByTime(idle_ms)
    await client.execute(mutation(), CONTEXT)
    expect(connections()).toBe(2)
  })

  test('that nobody needs any more is closed', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const { client, openSockets } = await serve(says(WELL))
    await client.execute(query(), CONTEXT)
    vi.advanceTimersByTime(3_500)
    expect(openSockets()).toBe(1)
    vi.advanceTimersByTime(1_500)
    vi.useRealTimers()
    await expect.poll(openSockets, { timeout: 10_000 }).toBe(0)
  })
})

describe('a request', () => {
  test('arrives as it was written, whatever letters it is in', async () => {
    const heads: string[] = []
    const { client, bodies } = await serve((socket, { head }) => {
      heads.push(head)
      socket.write(WELL)
    })
    const sent = ['{"query":"{ ascii }"}', '{"query":"{ a(b: \\"grüezi 😀 中\\") }"}', '{"query":"{ a(b: \\"é\\") }"}']
    for (const body of sent)
      await client.execute({ kind: 'query', body }, { ...CONTEXT, forwarded: ['accept-language', 'dé, \xff'] })
    expect(bodies.map((body) => Buffer.from(body, 'latin1').toString())).toEqual(sent)
    for (const head of heads) expect(head).toContain('\r\naccept-language: dé, \xff\r\n')
  })

  test('says what every server of HTTP needs to know', async () => {
    let head = ''
    const { client, url } = await serve((socket, request) => {
      ;({ head } = request)
      socket.write(WELL)
    })
    await client.execute({ kind: 'query', body: '{"query":"{ a }"}' }, CONTEXT)
    const [line, ...fields] = head.split('\r\n')
    expect(line).toBe('POST /graphql HTTP/1.1')
    expect(fields).toEqual([
      `host: ${new URL(url).host}`,
      'content-type: application/json',
      'accept: application/graphql-response+json, application/json',
      'accept-encoding: identity',
      expect.stringMatching(/^x-carriergraph-signature: \S+$/),
      'x-correlation-id: id-of-this-test',
      'content-length: 17',
    ])
  })
})

describe('over TLS', () => {
  async function serveSecurely() {
    const received: string[] = []
    const server = createServer(TOY_CERTIFICATE, (socket) => {
      socket.on('data', (data) => {
        received.push(data.toString())
        socket.write(WELL)
      })
      socket.on('error', () => undefined)
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    open.push(() => server.close())
    return { received, port: (server.address() as AddressInfo).port }
  }

  test.each(['localhost', '127.0.0.1'])('a subgraph is called at %s, whose certificate is trusted', async (host) => {
    const trusted = getCACertificates('default')
    setDefaultCACertificates([...trusted, TOY_CERTIFICATE.cert])
    open.push(() => setDefaultCACertificates(trusted))
    const { port } = await serveSecurely()
    const { client } = callers(`https://${host}:${port}/graphql`)
    expect(await client.execute(mutation(), CONTEXT)).toEqual(ANSWER)
    expect(await client.execute(mutation(), CONTEXT)).toEqual(ANSWER)
  })

  test('nothing is sent to one whose certificate nobody trusts', async () => {
    const { port, received } = await serveSecurely()
    const { client } = callers(`https://127.0.0.1:${port}/graphql`)
    await expect(client.execute(mutation(), CONTEXT)).rejects.toMatchObject({
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', reason: 'CONNECTION_FAILED' },
    })
    expect(received).toEqual([])
  })
})
