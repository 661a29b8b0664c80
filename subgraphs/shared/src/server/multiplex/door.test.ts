import { createServer } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { FRAME, FRAME_HEAD_BYTES, frameHead } from '../../multiplex/protocol.ts'
import { listen } from '../listen.ts'
import { TestCaller } from './caller.fixture.ts'
import type { CallHandling } from './caller.ts'
import { createMultiplexDoor, type MultiplexDoor } from './door.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function serve(respond: CallHandling['respond']) {
  let underWay = 0
  const door: MultiplexDoor = createMultiplexDoor({
    respond,
    begin: () => {
      underWay += 1
      return () => {
        underWay -= 1
      }
    },
  })
  const server = createServer().on('upgrade', door.accept)
  const port = await listen(server, 0, '127.0.0.1')
  open.push(async () => {
    await door.close(0)
    await new Promise((resolve) => server.close(resolve))
  })
  const caller = await TestCaller.open(port)
  open.push(() => caller.socket.destroy())
  return { door, caller, underWay: () => underWay }
}

const echo: CallHandling['respond'] = async ({ readBody }) => ({ status: 200, body: (await readBody()).toString() })

/** As `echo`, but for one body. */
const largeOrEcho: CallHandling['respond'] = async ({ readBody }) => {
  const body = (await readBody()).toString()
  return { status: 200, body: body === 'large' ? 'x'.repeat(4_000_000) : body }
}

test('agrees to the upgrade, and gives calls to whoever answers them as they would come over HTTP', async () => {
  const { caller } = await serve(async ({ method, path, headers, readBody }) => ({
    status: 418,
    body: JSON.stringify({ method, path, headers, body: (await readBody()).toString() }),
  }))
  expect(caller.head.split('\r\n')).toEqual([
    'HTTP/1.1 101 Switching Protocols',
    'connection: Upgrade',
    'upgrade: carriergraph-multiplex/1',
    '',
    '',
  ])
  caller.call(7, 'X-One: 1\r\nx-two: a: b\r\nx-one: 2\r\nx-three: dé\r\n', '{"grüezi":"中"}')
  const { status, body = '' } = (await caller.answer(7)) ?? {}
  expect(status).toBe(418)
  expect(JSON.parse(body)).toEqual({
    method: 'POST',
    path: '/graphql',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      'accept-encoding': 'identity',
      'x-one': '1, 2',
      'x-two': 'a: b',
      'x-three': 'dé',
    },
    body: '{"grüezi":"中"}',
  })
})

test('answers each call with its own answer, whatever their sizes are and in whatever order they are ready', async () => {
  const { caller, underWay } = await serve(async ({ readBody }) => {
    const { turns, size, fill } = JSON.parse((await readBody()).toString())
    for (let i = 0; i < turns; i += 1) await turn()
    return { status: 200, body: fill.repeat(size) }
  })
  let last = 0
  const one = fc.record({
    turns: fc.nat(20),
    size: fc.oneof(fc.nat(100), fc.nat(300_000), fc.constantFrom(65_533, 65_534, 65_535, 131_068)),
    fill: fc.constantFrom('a', 'é', '中'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(one, { minLength: 1, maxLength: 30 }), async (calls) => {
      const answers = calls.map((call) => {
        last += 1
        caller.call(last, '', JSON.stringify(call))
        return caller.answer(last)
      })
      for (const [index, { size, fill }] of calls.entries())
        expect((await answers[index])?.body === fill.repeat(size)).toBe(true)
      caller.frames.length = 0
    }),
    { numRuns: 20, seed: 33 },
  )
  expect(underWay()).toBe(0)
})

test('a large answer holds up no small one', async () => {
  const { caller } = await serve(largeOrEcho)
  caller.call(1, '', 'large')
  caller.call(2, '', 'small')
  expect((await caller.answer(1))?.body).toHaveLength(4_000_000)
  const order = caller.frames.filter(({ kind }) => kind === FRAME.ANSWER).map(({ call }) => call)
  expect(order).toEqual([2, 1])
})

test('gives a caller that does not read no more than it takes', async () => {
  let written = 0
  const { caller, underWay } = await serve(async () => {
    written += 1
    return { status: 200, body: 'x'.repeat(1_000_000) }
  })
  caller.socket.pause()
  for (let call = 1; call <= 20; call += 1) caller.call(call, '', '')
  await expect.poll(() => written, { timeout: 10_000 }).toBe(20)
  // Five times as many as would be enough to write it all.
  for (let turns = 0; turns < 400; turns += 1) await turn()
  expect(underWay()).toBe(20)
  caller.socket.destroy()
  await expect.poll(underWay, { timeout: 10_000 }).toBe(0)
})

describe('a call that nobody waits for any more', () => {
  test.each<[string, (caller: TestCaller) => void]>([
    ['since it was cancelled', (caller) => caller.send(1, FRAME.CANCEL)],
    ['since its connection ended', (caller) => caller.socket.end()],
    ['since its connection broke', (caller) => caller.socket.resetAndDestroy()],
  ])('%s is aborted', async (_, leave) => {
    const began = Promise.withResolvers<AbortSignal>()
    const end = Promise.withResolvers<{ status: number; body: string }>()
    const { caller, underWay } = await serve(({ leaving }) => {
      began.resolve(leaving())
      return end.promise
    })
    caller.call(1, '', '')
    const signal = await began.promise
    leave(caller)
    await new Promise<void>((resolve) =>
      signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve()),
    )
    end.resolve({ status: 200, body: 'late' })
    await expect.poll(underWay, { timeout: 10_000 }).toBe(0)
    expect(caller.frames).toEqual([])
  })

  test('is not answered, and its number may be used again', async () => {
    const ends: PromiseWithResolvers<{ status: number; body: string }>[] = []
    const { caller } = await serve(() => {
      const end = Promise.withResolvers<{ status: number; body: string }>()
      ends.push(end)
      return end.promise
    })
    caller.call(1, '', '')
    caller.send(1, FRAME.CANCEL)
    caller.call(1, '', '')
    await expect.poll(() => ends.length, { timeout: 10_000 }).toBe(2)
    ends[0]?.resolve({ status: 200, body: 'first' })
    ends[1]?.resolve({ status: 200, body: 'second' })
    expect(await caller.answer(1)).toEqual({ status: 200, body: 'second' })
  })
})

describe('a caller', () => {
  test('is told at once that somebody is there, while its calls are under way', async () => {
    const { caller } = await serve(() => new Promise(() => undefined))
    caller.call(1, '', '')
    caller.send(0, FRAME.PING)
    await caller.told(FRAME.PONG)
    expect(caller.frames).toEqual([{ call: 0, kind: FRAME.PONG, payload: Buffer.alloc(0) }])
  })

  test.each<[string, (caller: TestCaller) => void]>([
    ['a frame that is too long', (caller) => caller.socket.write(Buffer.from([0, 1, 0, 6, 0, 0, 0, 1, FRAME.CALL]))],
    ['a frame that is too short', (caller) => caller.socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 1]))],
    ['HTTP', (caller) => caller.socket.write('POST /graphql HTTP/1.1\r\n\r\n')],
    ['a call without headers', (caller) => caller.send(1, FRAME.CALL, Buffer.from([0]))],
    ['a call that ends before its body', (caller) => caller.send(1, FRAME.CALL, Buffer.from([0, 9, 1, 2, 3]))],
    ['two calls of one number', (caller) => [1, 1].map((call) => caller.call(call, '', ''))],
    [
      'more calls at once than are taken',
      (caller) => Array.from({ length: 257 }, (__, call) => caller.call(call, '', '')),
    ],
  ])('that sends %s is cut off', async (_, send) => {
    const { caller } = await serve(() => new Promise(() => undefined))
    send(caller)
    await caller.closed()
    expect(caller.frames).toEqual([])
  })

  test('may send kinds of frames that this side does not know', async () => {
    const { caller } = await serve(echo)
    const unknown = frameHead(1, FRAME.CANCEL, 0)
    unknown.writeUInt8(99, FRAME_HEAD_BYTES - 1)
    caller.socket.write(unknown)
    caller.send(1, FRAME.ANSWER, Buffer.from('to nothing'))
    caller.call(1, '', 'is well')
    expect(await caller.answer(1)).toEqual({ status: 200, body: 'is well' })
  })

  test('gets all that was answered before the door closes', async () => {
    const { door, caller } = await serve(largeOrEcho)
    caller.call(1, '', 'large')
    await caller.until(() => caller.frames.length > 0)
    const answer = caller.answer(1)
    door.leave()
    await caller.told(FRAME.LEAVE)
    expect((await answer)?.body).toHaveLength(4_000_000)
    await door.close(10_000)
    expect(caller.socket.destroyed).toBe(true)
  })
})
