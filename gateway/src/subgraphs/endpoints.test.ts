import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientUnderTest, CONTEXT, clientOf, mutation, query } from '../testing/calls.ts'
import { graphqlAnswer, type RawAnswer, type RawSubgraph, startRawSubgraph } from '../testing/raw-subgraph.ts'
import type { SubgraphRequest } from './client.ts'

let one: RawSubgraph
let other: RawSubgraph
let isOneWell: boolean
let made: ClientUnderTest

const well: RawAnswer = (socket) => socket.write(graphqlAnswer({ is: 'well' }))

beforeEach(async () => {
  isOneWell = true
  one = await startRawSubgraph((socket, request) => (isOneWell ? well(socket, request) : socket.resetAndDestroy()))
  other = await startRawSubgraph(well)
  made = clientOf([one.url, other.url])
})
afterEach(async () => {
  await made.client.close()
  await Promise.all([one.close(), other.close()])
})

const ask = (times: number, call: () => SubgraphRequest = query) =>
  Promise.all(Array.from({ length: times }, () => made.client.execute(call(), CONTEXT)))
async function askInTurn(times: number, call: () => SubgraphRequest = query): Promise<void> {
  for (let i = 0; i < times; i += 1) await ask(1, call)
}
const counts = () => [one.bodies.length, other.bodies.length]
const circuits = () => made.client.state().endpoints.map(({ circuit }) => circuit)

describe('two processes of a subgraph', () => {
  test('share the calls', async () => {
    await ask(20)
    expect(counts()).toEqual([10, 10])
  })

  test('are asked the less the more they have under way', async () => {
    await one.close()
    const held = await startRawSubgraph((socket, request) => {
      if (request.turn > 0) well(socket, request)
    })
    one = held
    await made.client.close()
    made = clientOf([held.url, other.url], { deadline_ms: 2_000 })
    const stuck = ask(1).catch((error: unknown) => error)
    await held.whenRequested(1)
    await askInTurn(10)
    expect(counts()).toEqual([1, 10])
    expect(await stuck).toMatchObject({ extensions: { code: 'SUBGRAPH_TIMEOUT' } })
  })

  test('cover for each other: one that fails is left out, and comes back by probes', async () => {
    isOneWell = false
    await askInTurn(20)
    expect(circuits()).toEqual(['open', 'closed'])
    expect(made.client.state().circuit).toBe('closed')
    const failedCalls = one.bodies.length
    expect(failedCalls).toBe(5)
    await askInTurn(10)
    await askInTurn(10, mutation)
    expect(one.bodies).toHaveLength(failedCalls)

    made.clock.now_ms += 1_000
    expect(circuits()).toEqual(['half-open', 'closed'])
    await askInTurn(10)
    expect(one.bodies).toHaveLength(failedCalls + 1)
    expect(circuits()).toEqual(['open', 'closed'])

    isOneWell = true
    made.clock.now_ms += 1_000
    await askInTurn(3)
    expect(circuits()).toEqual(['closed', 'closed'])
    expect(made.circuits).toEqual(
      ['open', 'half-open', 'open', 'half-open', 'closed'].map((state) => `${one.url} ${state}`),
    )
    expect(made.finished.every(({ outcome }) => outcome === 'answered')).toBe(true)
  })

  test('are not probed with mutations while one of them is well', async () => {
    isOneWell = false
    await askInTurn(10)
    made.clock.now_ms += 1_000
    const before = one.bodies.length
    await askInTurn(10, mutation)
    expect(one.bodies).toHaveLength(before)
  })

  test('are ready while one of them is', async () => {
    const health = await startRawSubgraph((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    const { client } = clientOf(['http://127.0.0.1:1/graphql', health.url])
    expect(await client.isReady()).toBe(true)
    await health.close()
    expect(await client.isReady()).toBe(false)
    await client.close()
  })

  test('take turns for streams, those that are left out excepted', async () => {
    const paths = () => [made.client.nextAddress().label, made.client.nextAddress().label].sort()
    expect(paths()).toEqual([one.url, other.url].sort())
    isOneWell = false
    await askInTurn(20)
    expect(paths()).toEqual([other.url, other.url])
  })
})

describe('a subgraph of which all processes fail', () => {
  const OPEN = { extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'toy', reason: 'CIRCUIT_OPEN' } }

  test('is asked no more until a second has passed, then by one call at a time', async () => {
    isOneWell = false
    await made.client.close()
    made = clientOf([one.url])
    await Promise.allSettled(Array.from({ length: 10 }, () => made.client.execute(query(), CONTEXT)))
    expect(made.client.state()).toMatchObject({ circuit: 'open' })
    const before = one.bodies.length
    await expect(ask(1)).rejects.toMatchObject(OPEN)
    await expect(ask(1, mutation)).rejects.toMatchObject(OPEN)
    expect(one.bodies).toHaveLength(before)
    expect(made.finished.at(-1)).toMatchObject({ outcome: 'CIRCUIT_OPEN', tries: 0, kind: 'mutation' })

    isOneWell = true
    made.clock.now_ms += 1_000
    const probe = ask(1)
    await expect(ask(1, mutation)).rejects.toMatchObject(OPEN)
    await probe
    expect(made.client.state()).toMatchObject({ circuit: 'half-open' })
    await askInTurn(2, mutation)
    expect(made.client.state()).toMatchObject({ circuit: 'closed' })
    await ask(10)
  })
})
