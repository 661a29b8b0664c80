// The token of a client expires while what it has asked for is still being looked at.

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OPEN_GATE } from '../admission/gate.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'

const DAYS = 'subscription { bookLent { days } }'
const LIFE_S = 600

let clock: FixedClock
let library: Library
let authorization: string
let expiresAt: Date
let arrived: PromiseWithResolvers<void>
let admitted: PromiseWithResolvers<void>

beforeEach(async () => {
  clock = fixedClock(new Date())
  arrived = Promise.withResolvers()
  admitted = Promise.withResolvers()
  const gate = {
    ...OPEN_GATE,
    run: async (...asked: Parameters<typeof OPEN_GATE.run>) => {
      arrived.resolve()
      await admitted.promise
      return OPEN_GATE.run(...asked)
    },
  }
  library = await startLibrary({ clock, gate })
  authorization = await library.issuer.bearer({ expiresIn_s: LIFE_S })
  // The keys of the issuer are fetched with timers that run.
  expiresAt = (await library.options.tokens.verify(authorization)).expiresAt ?? new Date(0)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await library.close()
})

/** Lets the token expire when the gate has got the operation, and the operation in after that. */
async function expireMeanwhile(): Promise<void> {
  await arrived.promise
  clock.set(expiresAt)
  // Its issuer's clock has gone on since this one stands still.
  vi.advanceTimersByTime(2 * LIFE_S * 1_000)
  admitted.resolve()
}

test('over a socket the operation ends with that, then the socket, and no stream is opened', async () => {
  const client = await new RawClient(library.url).ready({ authorization })
  client.messages.length = 0
  client.subscribe('1', DAYS)
  await expireMeanwhile()
  expect(await client.closed).toBe(4403)
  expect(client.messages).toMatchObject([
    { id: '1', type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' } }] },
  ])
  expect(library.journal.opened).toBe(0)
})

test('a stream of a response ends with that, and no stream is opened', async () => {
  const headers = { accept: 'text/event-stream', authorization }
  const request = get(`${library.url}?query=${encodeURIComponent(DAYS)}`, { headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  await expireMeanwhile()
  const events = (await text(response)).split('\n\n').filter((event) => event.startsWith('event: next'))
  expect(events).toEqual([expect.stringContaining('"reason":"TOKEN_EXPIRED"')])
  expect(library.journal.opened).toBe(0)
})
