import { describe, expect, test, vi } from 'vitest'
import { DEFAULT_LIMITS } from '../../limits/limits.ts'
import { CONTEXT, mutation, query } from '../../testing/calls.ts'
import { OFFER } from '../../testing/multiplex-subgraph.ts'
import { startRawSubgraph } from '../../testing/raw-subgraph.ts'
import {
  afterTest,
  answering,
  calling,
  connected,
  isWell,
  OVER_HTTP,
  serve,
  untilUsed,
  WELL,
} from './connected.fixture.ts'

const { connection } = DEFAULT_LIMITS.subgraph

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
    afterTest(() => plain.close())
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
    await untilUsed(client, second)
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
