import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { TOY_CERTIFICATE } from '@carriergraph/shared/testing/toy-certificate.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { type ClientUnderTest, CONTEXT, clientOf, mutation, query } from '../../testing/calls.ts'
import {
  framed,
  framedAnswer,
  KIND,
  type MultiplexSubgraph,
  type MultiplexSubgraphOptions,
  OFFER,
  type Peer,
  startMultiplexSubgraph,
} from '../../testing/multiplex-subgraph.ts'
import { startRawSubgraph } from '../../testing/raw-subgraph.ts'
import type { SubgraphLimits } from '../client.ts'

const OVER_HTTP = { data: { over: 'http' } }
const NO_RETRY = { tries_max: 1, backoff: { first_ms: 0, ms_max: 0 }, budget_ratio: 0, budget_max: 0 }
const { connection } = DEFAULT_LIMITS.subgraph

const open: (() => unknown)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of open.splice(0).reverse()) await close()
})

const answering: MultiplexSubgraphOptions = {
  called: ({ number, body }, peer) => peer.answer(number, `{"data":${JSON.stringify({ to: body })}}`),
}

async function serve(options: MultiplexSubgraphOptions = {}): Promise<MultiplexSubgraph> {
  const subgraph = await startMultiplexSubgraph(options)
  open.push(() => subgraph.close())
  return subgraph
}

function calling(url: string, limits: Partial<SubgraphLimits> = {}): ClientUnderTest {
  const made = clientOf([url], limits)
  open.push(() => made.client.close())
  return made
}

/** A client with one multiplexed connection, which was opened by a first call. */
async function connected(options: MultiplexSubgraphOptions = {}, limits: Partial<SubgraphLimits> = {}) {
  const subgraph = await serve(options)
  const made = calling(subgraph.url, limits)
  expect(await made.client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
  const [peer] = await subgraph.whenUpgraded(1)
  if (peer === undefined) throw new Error('no connection was upgraded')
  // Its agreement may be on its way still: what is asked meanwhile goes over HTTP.
  await untilUsed(made, peer)
  return { ...made, subgraph, peer }
}

async function untilUsed({ client }: ClientUnderTest, peer: Peer): Promise<void> {
  const answerFirst = ({ number }: { number: number }) => peer.answer(number, '{"data":{"is":"used"}}')
  for (let isUsed = false; !isUsed; ) {
    const answer = client.execute(query(), CONTEXT)
    await Promise.race([answer, peer.whenCalled(1)])
    const [first] = peer.calls
    if (first !== undefined) answerFirst(first)
    await answer
    isUsed = first !== undefined
  }
}

const isWell = (peer: Peer, call: number): void => peer.answer(call, '{"data":{"is":"well"}}')
const WELL = { data: { is: 'well' } }
const timeout = { extensions: { code: 'SUBGRAPH_TIMEOUT' } }
const unavailable = (reason: string) => ({ extensions: { code: 'SUBGRAPH_UNAVAILABLE', reason } })

describe('queries', () => {
  test('share a connection where answers over HTTP offer it, with their headers and a signature each', async () => {
    const { client, subgraph, peer } = await connected()
    const sent = [query(), query(), query()]
    const answers = sent.map((one) => client.execute(one, { ...CONTEXT, authorization: 'Bearer me' }))
    await peer.whenCalled(4)
    const calls = peer.calls.slice(1)
    for (const { number } of calls) isWell(peer, number)
    expect(await Promise.all(answers)).toEqual([WELL, WELL, WELL])
    expect(calls.map(({ body }) => body)).toEqual(sent.map(({ body }) => body))
    for (const { headers } of calls)
      expect(headers.split('\r\n')).toEqual([
        expect.stringMatching(/^x-carriergraph-signature: \S+$/),
        'x-correlation-id: id-of-this-test',
        'authorization: Bearer me',
        '',
      ])
    expect(new Set(calls.map(({ headers }) => headers)).size).toBe(3)
    expect(subgraph.peers).toHaveLength(1)
  })

  test('ask for the upgrade under a signature', async () => {
    const { subgraph } = await connected()
    const [line, ...fields] = subgraph.heads.find((head) => head.includes('upgrade:'))?.split('\r\n') ?? []
    expect(line).toBe('GET /graphql HTTP/1.1')
    expect(fields).toEqual([
      `host: ${new URL(subgraph.url).host}`,
      'connection: Upgrade',
      'upgrade: carriergraph-multiplex/1',
      expect.stringMatching(/^x-carriergraph-signature: \S+$/),
    ])
  })

  test('are answered in any order', async () => {
    const { client, peer } = await connected()
    const ended: string[] = []
    const answers = ['a', 'b', 'c'].map(async (name) => {
      const answer = await client.execute(query(), CONTEXT)
      ended.push(name)
      return answer
    })
    await peer.whenCalled(4)
    const [, a, b, c] = peer.calls.map(({ number }) => number)
    for (const [call, name] of [
      [c, 'c'],
      [a, 'a'],
      [b, 'b'],
    ] as const)
      peer.answer(call ?? 0, `{"data":{"is":"${name}"}}`)
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c'].map((is) => ({ data: { is } })))
    expect(ended).toEqual(['c', 'a', 'b'])
  })

  test('and answers may be in any letters, and come in parts that are cut anywhere', async () => {
    const { client, peer } = await connected()
    const body = '{"query":"{ a(b: \\"grüezi 😀 中\\") }"}'
    const answer = client.execute({ kind: 'query', body }, CONTEXT)
    await peer.whenCalled(2)
    const [, call] = peer.calls
    expect(call?.body).toBe(body)
    const bytes = Buffer.from(JSON.stringify({ data: { said: 'grüezi 😀 中' } }))
    for (const byte of bytes.subarray(0, -1)) peer.send(call?.number ?? 0, KIND.part, Buffer.from([byte]))
    peer.socket.write(framedAnswer(call?.number ?? 0, bytes.subarray(-1)))
    expect(await answer).toEqual({ data: { said: 'grüezi 😀 中' } })
  })

  test('are answered by bytes that come one at a time', async () => {
    const { client, peer } = await connected()
    const answers = [client.execute(query(), CONTEXT), client.execute(query(), CONTEXT)]
    await peer.whenCalled(3)
    const bytes = peer.calls.slice(1).map(({ number }) => framedAnswer(number, '{"data":{"is":"well"}}'))
    for (const byte of Buffer.concat(bytes)) peer.socket.write(Buffer.from([byte]))
    expect(await Promise.all(answers)).toEqual([WELL, WELL])
  })

  test('have the status that was answered', async () => {
    const { client, peer } = await connected({}, { retry: NO_RETRY })
    const refused = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('SERVICE_UNAVAILABLE'))
    await peer.whenCalled(2)
    peer.answer(peer.calls[1]?.number ?? 0, '{"errors":[{"message":"I am stopping"}]}', 503)
    await refused
  })

  test('whose headers cannot be sent are refused', async () => {
    const { client, peer } = await connected()
    const context = { ...CONTEXT, authorization: 'Bearer a\nb' }
    await expect(client.execute(query(), context)).rejects.toMatchObject(unavailable('REFUSED'))
    expect(peer.calls).toHaveLength(1)
  })

  test('too large for a frame go over HTTP', async () => {
    const { client, peer } = await connected(answering)
    const sized = (letters: string, count: number) => ({ kind: 'query' as const, body: letters.repeat(count) })
    expect(await client.execute(sized('x', 65_300), CONTEXT)).toEqual({ data: { to: 'x'.repeat(65_300) } })
    expect(await client.execute(sized('x', 65_500), CONTEXT)).toEqual(OVER_HTTP)
    expect(await client.execute(sized('中', 21_000), CONTEXT)).toEqual({ data: { to: '中'.repeat(21_000) } })
    expect(await client.execute(sized('中', 22_000), CONTEXT)).toEqual(OVER_HTTP)
    expect(peer.others).toEqual([])
  })

  test('over TLS share a connection to the one whose certificate was checked', async () => {
    const trusted = getCACertificates()
    open.push(() => setDefaultCACertificates(trusted))
    setDefaultCACertificates([...trusted, TOY_CERTIFICATE.cert])
    const server = (accept: Parameters<NonNullable<MultiplexSubgraphOptions['server']>>[0]) =>
      createSecureServer(TOY_CERTIFICATE, accept)
    const subgraph = await serve({ ...answering, server })
    const { client } = calling(subgraph.url.replace('http://127.0.0.1', 'https://localhost'))
    await client.execute(query(), CONTEXT)
    const [peer] = await subgraph.whenUpgraded(1)
    await expect
      .poll(async () => (await client.execute(query(), CONTEXT)).data, { timeout: 10_000 })
      .not.toEqual(OVER_HTTP.data)
    expect(peer?.calls).not.toEqual([])
  })
})

describe('over HTTP go', () => {
  test('mutations, each on a connection of its own', async () => {
    const { client, peer } = await connected()
    expect(await Promise.all([mutation(), mutation()].map((one) => client.execute(one, CONTEXT)))).toEqual([
      OVER_HTTP,
      OVER_HTTP,
    ])
    expect(peer.calls).toHaveLength(1)
  })

  test('all calls to a subgraph that offers nothing', async () => {
    const heads: string[] = []
    const plain = await startRawSubgraph((socket, { head }) => {
      heads.push(head)
      socket.write(OFFER.replace('multiplex: 1', 'multiplex: 2'))
    })
    open.push(() => plain.close())
    const { client } = calling(plain.url)
    for (let i = 0; i < 5; i += 1) expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    expect(heads.filter((head) => head.startsWith('POST'))).toHaveLength(5)
    expect(plain.connections()).toBe(1)
  })

  test('all calls where one call a connection is all that is wanted', async () => {
    const subgraph = await serve(answering)
    const { client } = calling(subgraph.url, { connection: { ...connection, calls_max: 1 } })
    for (let i = 0; i < 5; i += 1) expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    expect(subgraph.openSockets()).toBe(1)
  })

  test('calls beyond those that a connection takes, and another is opened for the next', async () => {
    const { client, subgraph, peer } = await connected({}, { connection: { ...connection, calls_max: 2 } })
    const answers = [1, 2].map(() => client.execute(query(), CONTEXT))
    await peer.whenCalled(3)
    expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    const [, second] = await subgraph.whenUpgraded(2)
    if (second === undefined) throw new Error('no second connection')
    await untilUsed({ client } as ClientUnderTest, second)
    for (const { number } of peer.calls.slice(1)) isWell(peer, number)
    expect(await Promise.all(answers)).toEqual([WELL, WELL])
    expect(peer.calls).toHaveLength(3)
  })

  test.each([
    ['refuses the upgrade', 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'],
    ['agrees to another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'],
    ['answers to the upgrade as to a query', OFFER],
    ['answers to the upgrade what is no HTTP', '220 smtp.example ESMTP\r\n\r\n'],
    ['never ends its answer to the upgrade', `HTTP/1.1 101 Switching\r\nx: ${'x'.repeat(20_000)}`],
  ])('calls to a subgraph that %s, which is asked again after half a minute', async (_, upgraded) => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const subgraph = await serve({ upgraded })
    const { client, circuits } = calling(subgraph.url)
    const asked = () => subgraph.heads.filter((head) => head.startsWith('GET')).length
    for (const times of [1, 2]) {
      expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
      await expect.poll(() => [asked(), subgraph.openSockets()], { timeout: 10_000 }).toEqual([times, 1])
      vi.advanceTimersByTime(3_000)
      for (let i = 0; i < 8; i += 1) {
        vi.advanceTimersByTime(3_000)
        expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
      }
      expect(asked()).toBe(times)
      vi.advanceTimersByTime(3_000)
    }
    expect(circuits).toEqual([])
  })

  test('calls to a subgraph that says nothing to the upgrade, for as long as a connection may take', async () => {
    const subgraph = await serve({ upgraded: '' })
    const { client } = calling(subgraph.url, { connection: { ...connection, connect_ms_max: 50 } })
    expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    await expect.poll(() => subgraph.heads.length, { timeout: 10_000 }).toBe(2)
    await expect.poll(() => subgraph.openSockets(), { timeout: 10_000 }).toBe(1)
  })
})

describe('a call that takes too long', () => {
  test('is cancelled, and costs its neighbours nothing', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const { client, peer } = await connected({}, { deadline_ms: 200 })
    vi.advanceTimersByTime(1)
    const slow = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(timeout)
    vi.advanceTimersByTime(150)
    const other = client.execute(query(), CONTEXT)
    await peer.whenCalled(3)
    const [, { number: first = 0 } = {}, { number: second = 0 } = {}] = peer.calls
    vi.advanceTimersByTime(50)
    await slow
    await peer.whenTold(`${KIND.cancel} ${first}`)
    isWell(peer, first)
    isWell(peer, second)
    expect(await other).toEqual(WELL)
  })

  test('on a connection from which nothing came casts doubt on it: no other call is made there until something comes', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const { client, peer } = await connected({}, { deadline_ms: 200 })
    vi.advanceTimersByTime(1)
    const slow = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(timeout)
    vi.advanceTimersByTime(150)
    const other = client.execute(query(), CONTEXT)
    await peer.whenCalled(3)
    vi.advanceTimersByTime(50)
    await slow
    await peer.whenTold(`${KIND.ping} 0`)
    expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    expect(peer.calls).toHaveLength(3)
    peer.send(0, KIND.pong)
    await untilCalled(client, peer, 4)
    for (const { number } of peer.calls.slice(2)) isWell(peer, number)
    expect(await other).toEqual(WELL)
  })

  test('on a connection where nobody is any more ends it with its last call, each at its own deadline', async () => {
    const { client, subgraph, peer, finished } = await connected({}, { deadline_ms: 150, retry: NO_RETRY })
    peer.socket.pause()
    const answers = Array.from({ length: 3 }, () => client.execute(query(), CONTEXT))
    for (const answer of answers) await expect(answer).rejects.toMatchObject(timeout)
    expect(finished.slice(-3)).toMatchObject(Array(3).fill({ outcome: 'SUBGRAPH_TIMEOUT', tries: 1 }))
    peer.socket.resume()
    await expect.poll(() => peer.socket.destroyed, { timeout: 10_000 }).toBe(true)
    expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    await subgraph.whenUpgraded(2)
  })
})

/** Asks until a call has come over this connection, which is left unanswered. */
async function untilCalled(client: ClientUnderTest['client'], peer: Peer, count: number): Promise<void> {
  while (peer.calls.length < count) {
    const answer = client.execute(query(), CONTEXT)
    answer.catch(() => undefined)
    await Promise.race([answer, peer.whenCalled(count)])
  }
}

describe('a connection', () => {
  test('that is lost loses its queries, which are asked again', async () => {
    let isLost = false
    const called: MultiplexSubgraphOptions['called'] = ({ number }, on) => {
      if (isLost) isWell(on, number)
    }
    const { client, peer, finished } = await connected({ called })
    const answers = [1, 2, 3].map(() => client.execute(query(), CONTEXT))
    await peer.whenCalled(4)
    isLost = true
    peer.socket.resetAndDestroy()
    // Over HTTP, or over another connection that the first of these has brought.
    for (const answer of answers) expect([OVER_HTTP, WELL]).toContainEqual(await answer)
    expect(finished.slice(-3)).toMatchObject(Array(3).fill({ outcome: 'answered', tries: 2 }))
  })

  test('that is lost is one failure to the circuit breaker, however many calls were on it', async () => {
    const circuit = { failures_max: 2, open_ms: 1_000, successes_min: 1 }
    const { client, peer, circuits } = await connected({}, { circuit, retry: NO_RETRY })
    const answers = Array.from({ length: 5 }, () => client.execute(query(), CONTEXT))
    await peer.whenCalled(6)
    peer.socket.destroy()
    for (const answer of answers) await expect(answer).rejects.toMatchObject(unavailable('CONNECTION_LOST'))
    expect(circuits).toEqual([])
  })

  test.each([
    ['a frame longer than frames are', Buffer.from([0, 1, 0, 6 + 10, 0, 0, 0, 1, KIND.answer])],
    ['a frame shorter than frames are', Buffer.from([0, 0, 0, 4, 0, 0, 0, 1])],
    ['text', Buffer.from('HTTP/1.1 200 OK\r\n\r\n')],
    ['an answer without a status', framed(2, KIND.answer, Buffer.from([200]))],
  ])('on which %s comes is lost', async (_, bytes) => {
    const { client, peer } = await connected({}, { retry: NO_RETRY })
    const answer = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_LOST'))
    await peer.whenCalled(2)
    peer.socket.write(bytes)
    await answer
    await expect.poll(() => peer.socket.destroyed, { timeout: 10_000 }).toBe(true)
  })

  test('passes over frames of kinds that it does not know, and answers that nobody waits for', async () => {
    const { client, peer } = await connected()
    const answer = client.execute(query(), CONTEXT)
    await peer.whenCalled(2)
    const { number: call = 0 } = peer.calls[1] ?? {}
    peer.send(call, 99, Buffer.from('what is that'))
    isWell(peer, 4_000_000_000)
    peer.send(4_000_000_000, KIND.part, Buffer.from('{'))
    isWell(peer, call)
    isWell(peer, call)
    expect(await answer).toEqual(WELL)
    const next = client.execute(query(), CONTEXT)
    await peer.whenCalled(3)
    isWell(peer, peer.calls[2]?.number ?? 0)
    expect(await next).toEqual(WELL)
  })

  test('on which an answer grows too large goes on without it', async () => {
    const { client, peer } = await connected({}, { connection: { ...connection, response_bytes_max: 1_000 } })
    const tooLarge = [1, 2].map(() => client.execute(query(), CONTEXT))
    const other = client.execute(query(), CONTEXT)
    await peer.whenCalled(4)
    const [, first, second, third] = peer.calls.map(({ number }) => number)
    peer.send(first ?? 0, KIND.part, Buffer.from('x'.repeat(999)))
    peer.send(first ?? 0, KIND.part, Buffer.from('xx'))
    peer.answer(second ?? 0, 'x'.repeat(1_001))
    isWell(peer, third ?? 0)
    for (const answer of tooLarge) await expect(answer).rejects.toMatchObject(unavailable('ANSWER_TOO_LARGE'))
    expect(await other).toEqual(WELL)
    await peer.whenTold(`${KIND.cancel} ${first}`)
  })

  test('that the subgraph leaves takes no other call, and ends with its last', async () => {
    const { client, peer } = await connected()
    const [last, other] = [client.execute(query(), CONTEXT), client.execute(query(), CONTEXT)]
    await peer.whenCalled(3)
    const [, { number: first = 0 } = {}, { number: second = 0 } = {}] = peer.calls
    peer.send(0, KIND.leave)
    isWell(peer, second)
    expect(await other).toEqual(WELL)
    expect(await client.execute(query(), CONTEXT)).toEqual(OVER_HTTP)
    expect(peer.calls).toHaveLength(3)
    expect(peer.socket.destroyed).toBe(false)
    isWell(peer, first)
    expect(await last).toEqual(WELL)
    await expect.poll(() => peer.socket.destroyed, { timeout: 10_000 }).toBe(true)
  })

  test('without a call for ten seconds is closed', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
    const { peer } = await connected()
    vi.advanceTimersByTime(9_999)
    expect(peer.socket.destroyed).toBe(false)
    vi.advanceTimersByTime(10_001)
    vi.useRealTimers()
    await expect.poll(() => peer.socket.destroyed, { timeout: 10_000 }).toBe(true)
  })

  test('is closed with its client, and its calls with it', async () => {
    const { client, peer } = await connected()
    const answer = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_LOST'))
    await peer.whenCalled(2)
    client.close()
    await answer
    await expect.poll(() => peer.socket.destroyed, { timeout: 10_000 }).toBe(true)
  })
})
