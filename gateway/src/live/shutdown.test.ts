// What a gateway that stops does with what is under way in streams and sockets.

import { afterEach, describe, expect, test } from 'vitest'
import type { GatewayLimits } from '../limits/limits.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { RawClient } from '../testing/raw-client.ts'
import { Turnstile } from '../testing/turnstile.ts'

let library: Library
let turnstile: Turnstile
afterEach(() => library.close())

const RENAME = 'mutation { renameBook(id: "b1", title: "New") { title } }'
const RENAMED = { data: { renameBook: { title: 'New' } } }

/** A library whose books answer every call with what `RENAME` is answered, once the test lets them. */
async function start(limits: Partial<GatewayLimits> = {}): Promise<void> {
  turnstile = new Turnstile()
  library = await startLibrary({ intercept: { books: turnstile.holding(RENAMED) }, limits })
}

describe('a mutation that is under way when the gateway stops', () => {
  test('is answered over a WebSocket, which closes then and takes nothing new until then', async () => {
    await start()
    const client = await new RawClient(library.url).ready()
    client.subscribe('m', RENAME)
    await turnstile.whenHeld()
    const stopped = library.gateway.stop()
    client.subscribe('late', '{ bestRating }')
    const refused = await Promise.race([client.next('error'), client.closed])
    expect(refused).toMatchObject({ id: 'late', payload: [{ extensions: { code: 'GOING_AWAY' } }] })
    turnstile.release()
    expect(await client.closed).toBe(1001)
    expect(client.messages.filter(({ id }) => id === 'm')).toEqual([
      { id: 'm', type: 'next', payload: RENAMED },
      { id: 'm', type: 'complete' },
    ])
    await stopped
  })

  test.each([
    ['SSE', 'text/event-stream', `event: next\ndata: ${JSON.stringify(RENAMED)}\n\nevent: complete\ndata:\n\n`],
    ['multipart', 'multipart/mixed;subscriptionSpec=1.0', `{"payload":${JSON.stringify(RENAMED)}}\r\n--graphql--\r\n`],
  ])('is answered over %s, and its stream is closed as ever', async (_, accept, end) => {
    await start()
    const headers = { accept, 'content-type': 'application/json' }
    const body = JSON.stringify({ query: RENAME })
    const answered = fetch(library.url, { method: 'POST', headers, body })
    await turnstile.whenHeld()
    const stopped = library.gateway.stop()
    turnstile.release()
    const text = await (await answered).text()
    expect(text.slice(-end.length)).toBe(end)
    await stopped
  })
})

describe('what is not answered by the deadline of a gateway that stops is let go of', () => {
  const SOON = { drain_ms_max: 50 }

  test('over a WebSocket', async () => {
    await start(SOON)
    const client = await new RawClient(library.url).ready()
    client.subscribe('m', RENAME)
    await turnstile.whenHeld()
    await library.gateway.stop()
    expect(await client.closed).toBe(1001)
    expect(client.messages.filter(({ id }) => id === 'm')).toEqual([])
  })

  test.each([
    ['HTTP', 'application/json'],
    ['SSE', 'text/event-stream'],
    ['multipart', 'multipart/mixed;subscriptionSpec=1.0'],
  ])('over %s', async (_, accept) => {
    await start(SOON)
    const headers = { accept, 'content-type': 'application/json' }
    const answered = fetch(library.url, { method: 'POST', headers, body: JSON.stringify({ query: RENAME }) })
    const text = answered.then((response) => response.text()).catch(() => 'cut off')
    await turnstile.whenHeld()
    await library.gateway.stop()
    expect(await text).not.toContain('New')
  })
})

describe('a subscription that runs when the gateway stops ends with an error and its cursor', () => {
  const DAYS = 'subscription { bookLent { days } }'
  const ENDING = { message: expect.any(String), extensions: { code: 'GOING_AWAY', cursor: '1' } }

  /** Brings the event behind which whoever reads is to go on. */
  async function lendOne(): Promise<void> {
    await library.journal.whenStreams(1)
    library.journal.append({ bookId: 'b1', days: 1 })
  }

  test('over a WebSocket, which closes then', async () => {
    library = await startLibrary()
    const client = await new RawClient(library.url).ready()
    client.subscribe('s', DAYS)
    await lendOne()
    await client.next('next')
    await library.gateway.stop()
    expect(await client.closed).toBe(1001)
    expect(client.messages.at(-1)).toEqual({ id: 's', type: 'error', payload: [ENDING] })
  })

  test.each([
    ['SSE', 'text/event-stream', /data: (.*)\n\nevent: complete\ndata:\n\n$/, { errors: [ENDING] }],
    [
      'multipart',
      'multipart/mixed;subscriptionSpec=1.0',
      /\r\n\r\n(.*)\r\n--graphql--\r\n$/,
      { payload: null, errors: [ENDING] },
    ],
  ])('over %s, whose last answer it is', async (_, accept, last, ending) => {
    library = await startLibrary()
    const headers = { accept, 'content-type': 'application/json' }
    const { body } = await fetch(library.url, { method: 'POST', headers, body: JSON.stringify({ query: DAYS }) })
    await lendOne()
    let text = ''
    let stopped: Promise<void> | undefined
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      if (text.includes('"days":1')) stopped ??= library.gateway.stop()
    }
    const [, json = ''] = last.exec(text) ?? []
    expect(JSON.parse(json)).toEqual(ending)
    await stopped
  })
})
