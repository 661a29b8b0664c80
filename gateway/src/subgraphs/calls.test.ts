import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../limits/limits.ts'
import { CONTEXT, createParties, mutation, query } from '../testing/calls.ts'
import { graphqlAnswer, httpAnswer, type RawAnswer } from '../testing/raw-subgraph.ts'

const { serve, callers, close } = createParties()
afterEach(close)

const well: RawAnswer = (socket) => socket.write(graphqlAnswer({ is: 'well' }))
const ANSWER = { data: { is: 'well' } }
const unavailable = (reason: string) => ({ extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'toy', reason } })
/** Fails, each in a way of its own, and then is well. */
const failing =
  (...ways: readonly RawAnswer[]): RawAnswer =>
  (socket, request) =>
    (ways[request.turn] ?? well)(socket, request)
const reset: RawAnswer = (socket) => socket.resetAndDestroy()
const stopping: RawAnswer = (socket) => socket.write(httpAnswer('', { status: 503 }))
const gateway502: RawAnswer = (socket) => socket.write(httpAnswer('bad gateway', { status: 502 }))

describe('a query', () => {
  test.each([
    ['a connection is lost', [reset]],
    ['the subgraph is stopping', [stopping]],
    ['a proxy finds nobody', [gateway502, reset]],
  ])('is tried again when %s, and each try is signed anew', async (_, ways) => {
    const heads: string[] = []
    const subgraph = await serve((socket, request) => {
      heads.push(/x-carriergraph-signature: (.*)/.exec(request.head)?.[1] ?? '')
      failing(...ways)(socket, request)
    })
    const { client, finished } = callers([subgraph.url])
    expect(await client.execute(query(), CONTEXT)).toEqual(ANSWER)
    expect(finished).toMatchObject([{ subgraph: 'toy', kind: 'query', outcome: 'answered', tries: ways.length + 1 }])
    expect(new Set(heads).size).toBe(ways.length + 1)
  })

  test('is tried three times and no more', async () => {
    const subgraph = await serve(reset)
    const { client } = callers([subgraph.url])
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_LOST'))
    expect(subgraph.bodies).toHaveLength(3)
  })

  test('is tried again only while the budget lasts', async () => {
    const subgraph = await serve(reset)
    const circuit = { ...DEFAULT_LIMITS.subgraph.circuit, failures_max: 1_000 }
    const { client } = callers([subgraph.url], { circuit })
    const asked = Array.from({ length: 50 }, () => client.execute(query(), CONTEXT))
    await Promise.allSettled(asked)
    const { budget_max, budget_ratio } = DEFAULT_LIMITS.subgraph.retry
    expect(subgraph.bodies.length).toBeGreaterThan(50)
    expect(subgraph.bodies.length).toBeLessThanOrEqual(50 + budget_max + 50 * budget_ratio)
  })

  test.each([
    ['errors of its own', httpAnswer('{"data":null,"errors":[{"message":"no"}]}', { status: 500 })],
    ['a refusal', httpAnswer('{"errors":[{"message":"no"}]}', { status: 400 })],
  ])('is not tried again for %s, which are answers', async (_, bytes) => {
    const subgraph = await serve((socket) => socket.write(bytes))
    const { client, circuits } = callers([subgraph.url])
    for (let i = 0; i < 6; i += 1) expect(await client.execute(query(), CONTEXT)).toMatchObject({ errors: [{}] })
    expect(subgraph.bodies).toHaveLength(6)
    expect(circuits).toEqual([])
  })
})

describe('a mutation', () => {
  test.each([
    ['is reset', reset, 'CONNECTION_LOST'],
    ['breaks off in mid-answer', (socket) => socket.end(graphqlAnswer({}).slice(0, -2)), 'CONNECTION_LOST'],
    ['is answered by a proxy', gateway502, 'NO_GRAPHQL_ANSWER'],
    ['meets one who is stopping', stopping, 'SERVICE_UNAVAILABLE'],
  ] as const satisfies [string, RawAnswer, string][])('that %s is never sent twice', async (_, way, reason) => {
    const [one, other] = [await serve(way), await serve(way)]
    const { client } = callers([one.url, other.url])
    await expect(client.execute(mutation(), CONTEXT)).rejects.toMatchObject(unavailable(reason))
    expect(one.bodies.length + other.bodies.length).toBe(1)
  })

  test('goes elsewhere when no connection could be made, because nothing was sent then', async () => {
    const gone = await serve(well)
    await gone.close()
    const other = await serve(well)
    const { client, finished } = callers([gone.url, other.url])
    expect(await client.execute(mutation(), CONTEXT)).toEqual(ANSWER)
    expect(finished).toMatchObject([{ tries: 2 }])
    expect(other.bodies).toHaveLength(1)
  })

  test('is sent over a new connection, once, when the subgraph has just closed the one that would be next', async () => {
    const subgraph = await startClosingSubgraph()
    const { client, finished } = callers([subgraph.url])
    for (let i = 0; i < 5; i += 1) {
      expect(await client.execute(mutation(), CONTEXT)).toEqual(ANSWER)
      // The FIN is in our kernel now, and the event loop has had no turn to read it.
      subgraph.waitForClosing()
    }
    expect(finished.map(({ tries }) => tries)).toEqual([1, 1, 1, 1, 1])
    expect(subgraph.answered()).toBe(5)
    await subgraph.close()
  })
})

/** Answers and closes the connection without a word; in a thread of its own, so that ours can wait without a turn. */
async function startClosingSubgraph() {
  const shared = new Int32Array(new SharedArrayBuffer(8))
  const worker = new Worker(CLOSING, { eval: true, workerData: { shared, answer: graphqlAnswer({ is: 'well' }) } })
  const [port] = await once(worker, 'message')
  let closings = 0
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    answered: () => Atomics.load(shared, 1),
    waitForClosing() {
      Atomics.wait(shared, 0, closings, 20_000)
      closings += 1
      expect(Atomics.load(shared, 0)).toBe(closings)
    },
    close: () => worker.terminate(),
  }
}

const CLOSING = `
  const { parentPort, workerData: { shared, answer } } = require('node:worker_threads')
  const server = require('node:net').createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      Atomics.add(shared, 1, 1)
      socket.end(answer)
    })
    socket.once('finish', () => {
      Atomics.add(shared, 0, 1)
      Atomics.notify(shared, 0)
    })
    socket.once('end', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`

describe('many calls', () => {
  test('to a slow subgraph wait in a bounded queue, and another subgraph does not notice', async () => {
    const slow = await serve(() => undefined)
    const fast = await serve(well)
    const bulkhead = { in_flight_max: 2, queue_max: 1 }
    const { client, finished } = callers([slow.url], { bulkhead, deadline_ms: 1_000 })
    const waiting = Array.from({ length: 3 }, () => client.execute(query(), CONTEXT))
    const settled = Promise.allSettled(waiting)
    await slow.whenRequested(2)
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('OVERLOADED'))
    expect(client.state()).toMatchObject({ inFlight: 2, queued: 1 })
    expect(await callers([fast.url], { bulkhead }).client.execute(query(), CONTEXT)).toEqual(ANSWER)
    await settled
    expect(finished.map(({ outcome }) => outcome)).toEqual(['OVERLOADED', ...Array(3).fill('SUBGRAPH_TIMEOUT')])
    expect(client.state()).toMatchObject({ inFlight: 0, queued: 0 })
  })

  test('end at once, those that wait included, when the gateway lets go of the subgraph', async () => {
    const silent = await serve(() => undefined)
    const { client } = callers([silent.url], { bulkhead: { in_flight_max: 1, queue_max: 9 } })
    const calls = [client.execute(mutation(), CONTEXT), client.execute(mutation(), CONTEXT)]
    const settled = Promise.allSettled(calls)
    await silent.whenRequested(1)
    await client.close()
    expect(await settled).toMatchObject([
      { reason: unavailable('CONNECTION_LOST') },
      { reason: unavailable('CONNECTION_FAILED') },
    ])
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_FAILED'))
    expect(silent.connections()).toBe(1)
  })

  test('leave no socket, no timer and nothing under way behind', async () => {
    const subgraph = await serve((socket, { turn }) => {
      if (turn % 50 === 49) socket.resetAndDestroy()
      else socket.write(graphqlAnswer({ is: 'well' }))
    })
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const { client } = callers([subgraph.url])
    let answered = 0
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 500; i += 1)
        await client.execute(i % 5 === 0 ? mutation() : query(), CONTEXT).then(
          () => (answered += 1),
          () => undefined,
        )
    }
    await Promise.all(Array.from({ length: 20 }, worker))
    expect(answered).toBeGreaterThan(9_000)
    expect(subgraph.openSockets()).toBeLessThanOrEqual(20)
    expect(client.state()).toMatchObject({ inFlight: 0, queued: 0, endpoints: [{ outstanding: 0 }] })
    await client.close()
    await expect.poll(() => subgraph.openSockets(), { timeout: 10_000 }).toBe(0)
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    await expect.poll(timers, { timeout: 10_000 }).toBeLessThanOrEqual(before + 1)
  })
})

test('a subgraph on this machine is reached over a unix socket', async () => {
  const path = join(tmpdir(), `carriergraph-test-${process.pid}.sock`)
  const subgraph = await serve(well, path)
  const { client } = callers([subgraph.url])
  expect(await client.execute(query(), CONTEXT)).toEqual(ANSWER)
  expect(client.nextAddress().webSocketUrl).toBe(`ws+unix://${path}:/graphql`)
})
