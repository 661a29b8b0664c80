import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test, vi } from 'vitest'
import { TestSubgraph } from './subgraph.fixture.ts'

const probe = async (subgraph: TestSubgraph, name = 'ready') => {
  const response = await fetch(new URL(`/health/${name}`, subgraph.url))
  return { status: response.status, body: await response.json() }
}

test('is live and, when every check passes, ready, without a signature', async () => {
  await using subgraph = await new TestSubgraph().start({ readiness: { database: async () => undefined } })
  expect(await probe(subgraph, 'live')).toEqual({ status: 200, body: { status: 'live' } })
  expect(await probe(subgraph)).toEqual({ status: 200, body: { status: 'ready' } })
})

test('is not ready while a check fails or does not end in time, names those alone, and logs why', async () => {
  let broken = true
  await using subgraph = await new TestSubgraph().start({
    limits: { readiness_ms_max: 5 },
    readiness: {
      database: async () => {
        if (broken) throw new Error('connection refused: postgres://secret-host')
      },
      bus: () => (broken ? new Promise(() => undefined) : Promise.resolve()),
      clock: async () => undefined,
    },
  })
  const answer = await probe(subgraph)
  expect(answer).toEqual({ status: 503, body: { status: 'unready', failing: ['database', 'bus'] } })
  expect(subgraph.inside.lines.join('')).toContain('connection refused')
  expect(await probe(subgraph, 'live')).toMatchObject({ status: 200 })
  broken = false
  expect(await probe(subgraph)).toMatchObject({ status: 200 })
})

test('a check that throws at once is a failing check', async () => {
  await using subgraph = await new TestSubgraph().start({
    readiness: {
      database: () => {
        throw new Error('not open')
      },
    },
  })
  expect(await probe(subgraph)).toMatchObject({ status: 503, body: { failing: ['database'] } })
})

test('probes that come while a check runs share it', async () => {
  const checked = Promise.withResolvers<void>()
  const check = vi.fn(() => checked.promise)
  await using subgraph = await new TestSubgraph().start({
    limits: { readiness_ms_max: 10_000 },
    readiness: { database: check },
  })
  // Three requests in one segment: the server has taken all of them before the first is answered.
  const socket = connect(Number(subgraph.url.port), subgraph.url.hostname)
  const get = (connection: string) => `GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n\r\n`
  socket.write(get('keep-alive') + get('keep-alive') + get('close'))
  await vi.waitFor(() => expect(check).toHaveBeenCalled())
  checked.resolve()
  expect((await text(socket)).match(/HTTP\/1\.1 200/g)).toHaveLength(3)
  expect(check).toHaveBeenCalledOnce()
})
