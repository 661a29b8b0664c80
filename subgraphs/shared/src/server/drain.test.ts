import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { TestSubgraph } from './subgraph.fixture.ts'

const QUIET = 'subscription { quiet { title } }'

/** Ends when the client's socket is closed, with the close code. */
function closeCodeOf(subgraph: TestSubgraph) {
  const closed = Promise.withResolvers<number>()
  const client = subgraph.live((event) => closed.resolve((event as { code: number }).code))
  return { client, closed: closed.promise }
}

test('stops in order: not ready, no new work, sockets closed with 1012, requests in flight answered, port closed', async () => {
  await using subgraph = await new TestSubgraph().start()
  const { client, closed } = closeCodeOf(subgraph)
  const results = client.iterate({ query: QUIET })
  const ended = expect(results.next()).rejects.toMatchObject({ code: 1012 })
  await subgraph.inside.sales.opened.promise
  const slow = subgraph.ask('{ slow }')
  await subgraph.inside.slowBegan.promise

  const stopped = subgraph.stop()

  expect(await closed).toBe(1012)
  await subgraph.inside.sales.left.promise
  await ended
  const ready = await fetch(new URL('/health/ready', subgraph.url))
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'unready', failing: ['draining'] }])
  expect((await fetch(new URL('/health/live', subgraph.url))).status).toBe(200)
  expect(await subgraph.ask('{ hello }')).toMatchObject({
    status: 503,
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }],
  })
  const late = closeCodeOf(subgraph)
  expect(await late.closed).toBe(1006)

  subgraph.inside.release.resolve('at last')
  expect(await slow).toEqual({ status: 200, data: { slow: 'at last' } })
  await stopped
  await expect(fetch(subgraph.url)).rejects.toThrow('fetch failed')
})

test('tells resolvers at the deadline that nobody waits any more, drops their requests, and stops', async () => {
  await using subgraph = await new TestSubgraph().start({ limits: { drain_ms_max: 5 } })
  const slow = subgraph.ask('{ slow }')
  const dropped = expect(slow).rejects.toThrow('fetch failed')
  await subgraph.inside.slowBegan.promise
  await subgraph.stop()
  await subgraph.inside.slowAborted.promise
  await dropped
  expect(subgraph.inside.lines.join('')).toContain('requests were still in flight at the deadline')
})

test('stops only once when it is asked twice', async () => {
  await using subgraph = await new TestSubgraph().start()
  await Promise.all([subgraph.stop(), subgraph.stop()])
  expect(subgraph.inside.lines.filter((line) => line.includes('test is stopping'))).toHaveLength(1)
})

test('lets go of a refused upgrade whose caller never closes its side, and stops', async () => {
  await using subgraph = await new TestSubgraph().start()
  const stranger = connect({ port: Number(subgraph.url.port), host: '127.0.0.1', allowHalfOpen: true })
  stranger.write('GET /graphql HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  const [answer] = await once(stranger, 'data')
  expect(String(answer)).toContain('SIGNATURE_MISSING')
  await subgraph.stop()
  await expect(fetch(subgraph.url)).rejects.toThrow('fetch failed')
  stranger.destroy()
})
