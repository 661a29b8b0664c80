import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { Notes, PlayedSubgraph } from '../testing/played-subgraph.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamLimits } from './upstream-options.ts'

const LIMITS: UpstreamLimits = {
  connect_ms_max: 5_000,
  silence_ms_max: 60_000,
  message_bytes_max: 10_000,
  backoff: { first_ms: 1, ms_max: 10 },
  lost_ms_max: 60_000,
  idle_ms: 60_000,
}

let server: Server
let upstream: Upstream | undefined
let now_ms: number
let subgraph: PlayedSubgraph

beforeEach(async () => {
  now_ms = 0
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  subgraph = new PlayedSubgraph(server)
})
afterEach(() => {
  upstream?.close()
  subgraph.close()
})

function connect(limits: Partial<UpstreamLimits> = {}): Upstream {
  let attempt = 0
  upstream = new Upstream({
    subgraph: 'played',
    target: () => ({
      url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      headers: { 'x-attempt': String(++attempt) },
    }),
    limits: { ...LIMITS, ...limits },
    random: () => 1,
    now: () => now_ms,
    log: createLog({ service: 'test', level: 'silent' }),
  })
  return upstream
}

const next = (id: string | undefined, n: number) => ({ id, type: 'next', payload: { data: { n } } })

describe('one socket', () => {
  test('is opened for the first stream, signed anew for each attempt, and serves all streams', async () => {
    connect().subscribe(new Notes())
    upstream?.subscribe(new Notes())
    const first = await subgraph.connection()
    expect(first.request.headers['x-attempt']).toBe('1')
    const ids = [(await first.read()).id, (await first.read()).id]
    expect(new Set(ids).size).toBe(2)
    first.socket.terminate()
    expect((await subgraph.connection()).request.headers['x-attempt']).toBe('2')
  })

  test('is closed when it has had no stream for a while, and opened again for the next', async () => {
    const leave = connect({ idle_ms: 1 }).subscribe(new Notes())
    const first = await subgraph.connection()
    const { id } = await first.read()
    leave()
    expect(await first.read()).toEqual({ id, type: 'complete' })
    expect((await once(first.socket, 'close'))[0]).toBe(1000)
    upstream?.subscribe(new Notes())
    expect(await (await subgraph.connection()).read()).toMatchObject({ type: 'subscribe' })
  })

  test('is tried again after longer and longer waits', async () => {
    const waits_ms = [20, 40, 60, 60]
    const began_ms = performance.now()
    connect({ backoff: { first_ms: 20, ms_max: 60 } }).subscribe(new Notes())
    for (const _ of waits_ms) (await subgraph.connection()).socket.terminate()
    await subgraph.connection()
    // Timers may be a millisecond early, and are late without bounds.
    expect(performance.now() - began_ms).toBeGreaterThan(waits_ms.reduce((sum, wait_ms) => sum + wait_ms - 2, 0))
  })

  test('answers a ping of the protocol', async () => {
    connect().subscribe(new Notes())
    const { read, send } = await subgraph.connection()
    await read()
    send({ type: 'ping' })
    expect(await read()).toEqual({ type: 'pong' })
  })
})

describe('a stream', () => {
  test.each([
    ['is killed', (socket: WebSocket) => socket.terminate()],
    ['restarts', (socket: WebSocket) => socket.close(1012)],
    ['closes normally', (socket: WebSocket) => socket.close(1000)],
    ['talks nonsense', (socket: WebSocket) => socket.send('nonsense')],
    ['talks nonsense in bytes', (socket: WebSocket) => socket.send(Buffer.from([0xff, 0xfe]))],
    ['acknowledges twice', (socket: WebSocket) => socket.send('{"type":"connection_ack"}')],
    [
      'says what clients say',
      (socket: WebSocket) => socket.send('{"id":"1","type":"subscribe","payload":{"query":"{n}"}}'),
    ],
    ['sends too much', (socket: WebSocket) => socket.send('x'.repeat(20_000))],
  ])('is taken up behind its last event when the subgraph %s', async (_, drop) => {
    connect().subscribe(new Notes())
    const first = await subgraph.connection()
    const { id } = await first.read()
    first.send(next(id, 7))
    drop(first.socket)
    expect(await (await subgraph.connection()).read()).toMatchObject({ payload: { variables: { after: 7 } } })
  })

  test('is taken up when its socket is half open: no pong comes', async () => {
    subgraph.close()
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    subgraph = new PlayedSubgraph(server, false)
    connect({ silence_ms_max: 200 }).subscribe(new Notes())
    await (await subgraph.connection()).read()
    expect(await (await subgraph.connection()).read()).toMatchObject({ type: 'subscribe' })
  })

  test('is unavailable when the subgraph never acknowledges', async () => {
    const notes = new Notes()
    connect({ connect_ms_max: 20 }).subscribe(notes)
    expect(await notes.ending).toBe('unavailable')
  })

  test('is lost at once when it cannot be taken up without a gap', async () => {
    const notes = new Notes(false)
    connect().subscribe(notes)
    const { socket, read } = await subgraph.connection()
    await read()
    socket.terminate()
    expect(await notes.ending).toBe('lost')
  })

  test.each([
    [
      'error',
      { type: 'error', payload: [{ message: 'no', extensions: { code: 'NO' } }] },
      [{ message: 'no', extensions: { code: 'NO' } }],
    ],
    ['complete', { type: 'complete' }, 'complete'],
  ])('ends with the subgraph’s %s', async (_, message, ending) => {
    const notes = new Notes()
    connect().subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    send({ id, ...message })
    expect(await notes.ending).toEqual(ending)
  })

  test('that the subgraph failed is asked for again under a new id, whatever still comes for the old one', async () => {
    const notes = new Notes()
    connect().subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    send(next(id, 7))
    send({ id, type: 'next', payload: { data: null, errors: [{ message: 'Internal error' }] } })
    send({ id, type: 'complete' })
    expect(await read()).toEqual({ id, type: 'complete' })
    const again = await read()
    expect(again).toMatchObject({ type: 'subscribe', payload: { variables: { after: 7 } } })
    expect(again.id).not.toBe(id)
    send({ id: again.id, type: 'complete' })
    expect(await notes.ending).toBe('complete')
  })

  test.each([
    { errors: 'boo' },
    { errors: [null] },
    { errors: {} },
    { data: { n: 8 }, errors: [{ message: 5 }] },
    { data: 'n' },
    { data: [8] },
    {},
  ])('is asked for again when %j comes, which is no response, and others notice nothing', async (payload) => {
    const [notes, other] = [new Notes(), new Notes()]
    connect().subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    upstream?.subscribe(other)
    const { id: otherId } = await read()
    send(next(id, 7))
    send({ id, type: 'next', payload })
    expect(await read()).toEqual({ id, type: 'complete' })
    expect(await read()).toMatchObject({ type: 'subscribe', payload: { variables: { after: 7 } } })
    send(next(otherId, 1))
    send({ id: otherId, type: 'complete' })
    expect(await other.ending).toBe('complete')
    expect([notes.at, other.at]).toEqual([7, 1])
  })

  test('that the subgraph goes on failing ends with its error', async () => {
    const notes = new Notes()
    connect({ lost_ms_max: 0 }).subscribe(notes)
    const { read, send } = await subgraph.connection()
    const errors = [{ message: 'stopping', extensions: { code: 'SERVICE_UNAVAILABLE' } }]
    void (async () => {
      for (;;) {
        const { type, id } = await read()
        now_ms += 1
        if (type === 'subscribe') send({ id, type: 'error', payload: errors })
      }
    })()
    expect(await notes.ending).toEqual(errors)
  })

  test('of a subgraph that is let go of ends, when it is opened, and when it is taken up', async () => {
    connect().close()
    const [opened, takenUp, left] = [new Notes(), new Notes(), new Notes()]
    upstream?.subscribe(opened)
    upstream?.subscribe(takenUp, 'continued')
    upstream?.subscribe(left)()
    expect(await opened.ending).toBe('unavailable')
    expect(await takenUp.ending).toBe('lost')
    expect(await Promise.race([left.ending, 'nothing'])).toBe('nothing')
    expect(upstream?.isConnected).toBe(false)
  })

  test('that was left before the subgraph acknowledged is never opened', async () => {
    connect().subscribe(new Notes())()
    upstream?.subscribe(new Notes())
    const { read } = await subgraph.connection()
    const { id } = await read()
    upstream?.subscribe(new Notes())
    expect([id, (await read()).id]).toEqual(['1', '2'])
  })

  test('that was left while the subgraph was away is not taken up again', async () => {
    const leave = connect().subscribe(new Notes())
    const first = await subgraph.connection()
    await first.read()
    const dropped = new Promise<void>((resolve) => first.socket.once('close', () => resolve()))
    first.socket.terminate()
    await dropped
    leave()
    upstream?.subscribe(new Notes())
    const { read } = await subgraph.connection()
    await read()
    expect(upstream?.streams).toBe(1)
  })

  test('that was left hears nothing more', async () => {
    const notes = new Notes()
    const leave = connect().subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    const other = new Notes()
    upstream?.subscribe(other)
    const second = await read()
    leave()
    send(next(id, 1))
    send({ id: second.id, type: 'complete' })
    expect(await other.ending).toBe('complete')
    expect(notes.at).toBeUndefined()
  })
})
