import { describe, expect, test, vi } from 'vitest'
import { type ClientUnderTest, CONTEXT, query } from '../../testing/calls.ts'
import { KIND, type Peer } from '../../testing/multiplex-subgraph.ts'
import { connected, isWell, NO_RETRY, OVER_HTTP, timeout, WELL } from './connected.fixture.ts'

/** A call whose deadline has passed, and another one, made later on the same connection. */
async function besideSlow() {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
  const { client, peer } = await connected({}, { deadline_ms: 200 })
  vi.advanceTimersByTime(1)
  const slow = expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(timeout)
  vi.advanceTimersByTime(150)
  const other = client.execute(query(), CONTEXT)
  await peer.whenCalled(3)
  vi.advanceTimersByTime(50)
  await slow
  return { client, peer, other }
}

/** Asks until a call has come over this connection, which is left unanswered. */
async function untilCalled(client: ClientUnderTest['client'], peer: Peer, count: number): Promise<void> {
  while (peer.calls.length < count) {
    const answer = client.execute(query(), CONTEXT)
    answer.catch(() => undefined)
    await Promise.race([answer, peer.whenCalled(count)])
  }
}

describe('a call that takes too long', () => {
  test('is cancelled, and costs its neighbours nothing', async () => {
    const { peer, other } = await besideSlow()
    const [, { number: first = 0 } = {}, { number: second = 0 } = {}] = peer.calls
    await peer.whenTold(`${KIND.cancel} ${first}`)
    isWell(peer, first)
    isWell(peer, second)
    expect(await other).toEqual(WELL)
  })

  test('on a connection from which nothing came casts doubt on it: no other call is made there until something comes', async () => {
    const { client, peer, other } = await besideSlow()
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
