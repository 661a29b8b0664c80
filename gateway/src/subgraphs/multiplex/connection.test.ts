import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { TOY_CERTIFICATE } from '@carriergraph/shared/testing/toy-certificate.ts'
import { describe, expect, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { CONTEXT, query } from '../../testing/calls.ts'
import { framed, framedAnswer, KIND, type MultiplexSubgraphOptions } from '../../testing/multiplex-subgraph.ts'
import {
  afterTest,
  answering,
  calling,
  connected,
  isWell,
  NO_RETRY,
  OVER_HTTP,
  serve,
  unavailable,
  WELL,
} from './connected.fixture.ts'

const { connection } = DEFAULT_LIMITS.subgraph

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
    afterTest(() => setDefaultCACertificates(trusted))
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
