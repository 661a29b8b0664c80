import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { Notes, PlayedSubgraph } from '../testing/played-subgraph.ts'
import { Upstream } from './upstream.ts'
import type { UpstreamLimits } from './upstream-options.ts'

const LIMITS: UpstreamLimits = {
  connect_ms_max: 5_000,
  silence_ms_max: 60_000,
  message_bytes_max: 10_000,
  // No socket of a test lasts so long that it counts as sound.
  backoff: { first_ms: 1, ms_max: 60_000 },
  lost_ms_max: 600_000,
  idle_ms: 60_000,
}

let server: Server
let upstream: Upstream
let now_ms: number

beforeEach(async () => {
  now_ms = 0
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`
  upstream = new Upstream({
    subgraph: 'played',
    target: () => ({ url, headers: {} }),
    limits: LIMITS,
    random: () => 1,
    now: () => now_ms,
    log: createLog({ service: 'test', level: 'silent' }),
  })
})

type PlayedConnection = Awaited<ReturnType<PlayedSubgraph['connection']>>

/** Kills a connection, and waits until the stream is told. */
async function dropped({ socket }: PlayedConnection, notes: Notes): Promise<void> {
  const told = new Promise<void>((resolve) => {
    notes.interrupted = resolve
  })
  socket.terminate()
  await told
}

const next = (id: string | undefined, n: number) => ({ id, type: 'next', payload: { data: { n } } })

describe('a stream of a played subgraph', () => {
  let subgraph: PlayedSubgraph
  beforeEach(() => {
    subgraph = new PlayedSubgraph(server)
  })
  afterEach(() => {
    upstream.close()
    subgraph.close()
  })

  test('is lost when the subgraph acknowledges and dies, over and over', async () => {
    const notes = new Notes()
    upstream.subscribe(notes)
    const first = await subgraph.connection()
    first.send(next((await first.read()).id, 7))
    await dropped(first, notes)
    now_ms += LIMITS.lost_ms_max
    const second = await subgraph.connection()
    await second.read()
    second.socket.terminate()
    const ending = await Promise.race([notes.ending, subgraph.connection()])
    expect([ending, notes.at]).toEqual(['lost', 7])
  })

  test('is waited for from its own loss on, however long ago a socket was lost without streams', async () => {
    upstream.subscribe(new Notes())()
    const idle = await subgraph.connection()
    await expect.poll(() => upstream.isConnected).toBe(true)
    idle.socket.terminate()
    await expect.poll(() => upstream.isConnected).toBe(false)
    now_ms += LIMITS.lost_ms_max
    const notes = new Notes()
    upstream.subscribe(notes)
    const second = await subgraph.connection()
    await second.read()
    second.socket.terminate()
    expect(await Promise.race([notes.ending, subgraph.connection()])).toHaveProperty('socket')
  })

  test.each<[string, (connection: PlayedConnection, id: string | undefined) => void]>([
    ['something came for a stream', ({ send }, id) => send(next(id, 8))],
    [
      'its socket lasted a while',
      () => {
        now_ms += LIMITS.backoff.ms_max + 1
      },
    ],
  ])('is waited for anew when the subgraph dies again after %s', async (_, recover) => {
    const notes = new Notes()
    upstream.subscribe(notes)
    const first = await subgraph.connection()
    await first.read()
    await dropped(first, notes)
    now_ms += LIMITS.lost_ms_max
    const second = await subgraph.connection()
    const { id } = await second.read()
    recover(second, id)
    second.socket.terminate()
    const third = await Promise.race([notes.ending, subgraph.connection()])
    expect(third).toHaveProperty('socket')
  })

  test.each([
    ['text that is cut off', (id: string) => `{"id":"${id}","type":"next","payload":{"data":{"n":`],
    ['a frame without a payload', (id: string) => `{"type":"next","id":"${id}"}`],
    ['errors that are none', (id: string) => `{"id":"${id}","type":"error","payload":{}}`],
    ['a text that is no UTF-8', (id: string) => Buffer.from(`{"id":"${id}","type":"next","payload":"\xff"}`, 'latin1')],
  ])('is asked for again when %s comes for it, and others notice nothing', async (_, frame) => {
    const [notes, other] = [new Notes(), new Notes()]
    upstream.subscribe(notes)
    upstream.subscribe(other)
    const { socket, read, send } = await subgraph.connection()
    const [{ id = '' }, { id: otherId }] = [await read(), await read()]
    send(next(id, 7))
    socket.send(frame(id), { binary: false })
    const answer = await Promise.race([read(), subgraph.connection()])
    expect(answer).toEqual({ id, type: 'complete' })
    expect(await read()).toMatchObject({ type: 'subscribe', payload: { variables: { after: 7 } } })
    send(next(otherId, 1))
    send({ id: otherId, type: 'complete' })
    expect(await other.ending).toBe('complete')
    expect([notes.at, other.at]).toEqual([7, 1])
  })

  test('that cannot be resumed keeps its socket when the subgraph moves, and others go on over another', async () => {
    const [bound, other] = [new Notes(false), new Notes()]
    const leave = upstream.subscribe(bound)
    upstream.subscribe(other)
    const before = await subgraph.connection()
    const [{ id: boundId }, { id: otherId }] = [await before.read(), await before.read()]
    before.send(next(otherId, 7))
    await expect.poll(() => other.at).toBe(7)
    upstream.reconnect()
    const after = await subgraph.connection()
    expect(await before.read()).toEqual({ id: otherId, type: 'complete' })
    expect(await after.read()).toMatchObject({ payload: { variables: { after: 7 } } })
    upstream.subscribe(new Notes())
    expect(await after.read()).toMatchObject({ type: 'subscribe' })
    before.send(next(boundId, 1))
    await expect.poll(() => bound.at).toBe(1)
    leave()
    expect(await before.read()).toEqual({ id: boundId, type: 'complete' })
    expect((await once(before.socket, 'close'))[0]).toBe(1000)
  })

  test('whose first event failed at its root field goes on with it, as soon as another follows', async () => {
    const notes = new Notes()
    const events: object[] = []
    notes.event = (event) => void events.push(event)
    upstream.subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    const failed = { data: null, errors: [{ message: 'no', path: ['n'] }] }
    send({ id, type: 'next', payload: failed })
    send(next(id, 8))
    send({ id, type: 'complete' })
    expect(await notes.ending).toBe('complete')
    expect(events).toMatchObject([failed, { data: { n: 8 } }])
  })

  test('whose first event failed at its root field is told so though nothing follows', async () => {
    const notes = new Notes()
    const event = new Promise((resolve) => {
      notes.event = resolve
    })
    upstream.subscribe(notes)
    const { read, send } = await subgraph.connection()
    const failed = { data: null, errors: [{ message: 'no', path: ['n'] }] }
    send({ id: (await read()).id, type: 'next', payload: failed })
    expect(await event).toMatchObject(failed)
  })

  test.each([
    ['without data', {}],
    ['with data of null', { data: null }],
  ])('that is refused at its root field, in a frame %s, and completed ends with the refusal', async (_, data) => {
    const notes = new Notes()
    upstream.subscribe(notes)
    const { read, send } = await subgraph.connection()
    const { id } = await read()
    const errors = [{ message: 'no', path: ['n'], extensions: { code: 'INVALID_CURSOR' } }]
    send({ id, type: 'next', payload: { ...data, errors } })
    send({ id, type: 'complete' })
    expect(await notes.ending).toEqual(errors)
  })
})

/** A stream by its name, which counts how often it broke off. */
class NamedNotes extends Notes {
  readonly name: string
  interruptions = 0

  constructor(name: string) {
    super()
    this.name = name
  }

  override payload = () => ({ query: 'subscription { n }', variables: { name: this.name, after: this.at } })
  override interrupted = (): void => {
    this.interruptions += 1
  }
}

describe('a subgraph with an event too large', () => {
  let sockets: WebSocketServer
  /** By the name of the stream. */
  const open = new Map<string, { readonly socket: WebSocket; readonly id: string }>()
  let opened: () => void = () => undefined

  beforeEach(() => {
    open.clear()
    sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type, id, payload } = JSON.parse(String(data))
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
        if (type !== 'subscribe') return
        const { name } = payload.variables
        if (name.startsWith('large'))
          return socket.send(JSON.stringify(next(id, 1)).padEnd(LIMITS.message_bytes_max + 1))
        open.set(name, { socket, id })
        opened()
      }),
    )
  })
  afterEach(() => {
    upstream.close()
    for (const socket of sockets.clients) socket.terminate()
    sockets.close()
    server.close()
  })

  /** One event for each stream that there is; resolves when all have it. */
  async function toAll(streams: readonly NamedNotes[], n: number): Promise<void> {
    for (const stream of streams)
      while (stream.at !== n) {
        const there = open.get(stream.name)
        const got = new Promise<void>((resolve) => {
          opened = resolve
          const event = stream.event
          stream.event = (given) => {
            event(given)
            resolve()
          }
        })
        if (there?.socket.readyState === 1) there.socket.send(JSON.stringify(next(there.id, n)))
        await got
      }
  }

  test('has the stream ended that it comes for, and all others are brought their events', async () => {
    const quiet = Array.from({ length: 20 }, (_, index) => new NamedNotes(`quiet ${index}`))
    const large = [new NamedNotes('large 0'), new NamedNotes('large 1')]
    for (const stream of [...quiet.slice(0, 13), ...large, ...quiet.slice(13)]) upstream.subscribe(stream)
    expect(await Promise.all(large.map(({ ending }) => ending))).toEqual(['unreadable', 'unreadable'])
    await toAll(quiet, 1)
    expect(upstream.streams).toBe(quiet.length)
  })

  test('does not break the others off once more for who asks for the same again', async () => {
    const [quiet, other, large] = [new NamedNotes('quiet'), new NamedNotes('other'), new NamedNotes('large')]
    for (const stream of [quiet, large, other]) upstream.subscribe(stream)
    expect(await large.ending).toBe('unreadable')
    await toAll([quiet, other], 1)
    const before = quiet.interruptions + other.interruptions
    const again = new NamedNotes('large')
    upstream.subscribe(again)
    expect(await again.ending).toBe('unreadable')
    await toAll([quiet, other], 2)
    expect(quiet.interruptions + other.interruptions).toBe(before)
  })
})
