// The transport against real servers: what a receiver, a name server or an attacker in their place can do.

import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { TOY_CERTIFICATE } from '@carriergraph/shared/testing/toy-certificate.ts'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { answers, startReceiver, type WebhookReceiver } from '../../testing/webhook-receiver.ts'
import { LOOPBACK, transportToLoopback } from '../../testing/webhook-stage.ts'
import { addressPolicy } from '../guard/address-policy.ts'
import type { Resolve } from '../guard/resolve.ts'
import { EXCERPT_LENGTH_MAX } from './response-excerpt.ts'
import { type Attempt, BODY_BYTES_MAX, type SendOptions, webhookTransport } from './send.ts'

const secret = Buffer.alloc(32, 7)
const written = `whsec_${secret.toString('base64')}`
const attemptTo = (url: string, change: Partial<Attempt> = {}): Attempt => ({
  url,
  id: 'evt_1',
  body: '{"type":"payment.completed","note":"Zoë, 12.50 €"}',
  secrets: [secret],
  sentAt: new Date(),
  ...change,
})
/** Long enough for any answer that is to come, short enough to wait for one that is not. */
const IMPATIENT_MS = 300

function transport(options: Partial<SendOptions> = {}) {
  const made = webhookTransport({ policy: LOOPBACK, resolve: async () => ['127.0.0.1'], ...options })
  onTestFinished(() => made.close())
  return made
}

let receiver: WebhookReceiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver[Symbol.asyncDispose]())
afterEach(() => {
  receiver.received.length = 0
  receiver.behave(answers(204))
})

/** A server below HTTP. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<{ url: string; server: Server }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  return { url: `http://127.0.0.1:${address.port}/hooks`, server }
}

describe('what is sent', () => {
  it('is a POST of the very bytes that are signed, which the library of Standard Webhooks takes', async () => {
    const attempt = attemptTo(`${receiver.url}?tenant=1`)
    expect(await transport().send(attempt)).toEqual({
      outcome: 'DELIVERED',
      httpStatus: 204,
      responseExcerpt: null,
      retryAfter_ms: null,
    })
    const { headers, body, url } = receiver.last()
    expect([url, body, headers['content-type']]).toEqual([
      '/hooks?tenant=1',
      attempt.body,
      'application/json; charset=utf-8',
    ])
    expect(new Webhook(written).verify(body, headers)).toEqual(JSON.parse(attempt.body))
  })

  it('is nothing where it would be too large', async () => {
    const body = (bytes: number) => attemptTo(receiver.url, { body: 'é'.repeat(bytes / 2) })
    expect((await transport().send(body(BODY_BYTES_MAX))).outcome).toBe('DELIVERED')
    expect((await transport().send(body(BODY_BYTES_MAX + 2))).outcome).toBe('BODY_TOO_LARGE')
    expect(receiver.received).toHaveLength(1)
  })
})

describe('the answer', () => {
  it.each([
    ['DELIVERED', 200],
    ['DELIVERED', 299],
    ['REDIRECTED', 301],
    ['REDIRECTED', 304],
    ['REDIRECTED', 307],
    ['HTTP_STATUS', 400],
    ['HTTP_STATUS', 410],
    ['HTTP_STATUS', 500],
    ['HTTP_STATUS', 599],
  ])('is %s for a status of %i', async (outcome, status) => {
    receiver.behave(answers(status, '', { location: `${receiver.url}/other` }))
    expect(await transport().send(attemptTo(receiver.url))).toMatchObject({ outcome, httpStatus: status })
    // A redirect is not followed.
    expect(receiver.received).toHaveLength(1)
  })

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Sat, 21 Nov 2026 12:02:00 GMT', 120_000],
    ['Sat, 21 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    ['-5', expect.anything()],
  ])('may say when to come again: %s', async (header, expected) => {
    receiver.behave(answers(503, '', { 'retry-after': header }))
    const sentAt = new Date('2026-11-21T12:00:00.000Z')
    const { retryAfter_ms } = await transport().send(attemptTo(receiver.url, { sentAt }))
    if (header === '-5') expect(retryAfter_ms === null || retryAfter_ms === 0).toBe(true)
    else expect(retryAfter_ms).toEqual(expected)
  })

  it('is shown with its beginning, printable, and without the secret or the signature', async () => {
    receiver.behave((response, { headers }) => {
      response
        .writeHead(500)
        .end(`a\u0000b\u202e ${written} ${secret.toString('base64')} ${headers['webhook-signature']} ✓`)
    })
    expect((await transport().send(attemptTo(receiver.url))).responseExcerpt).toBe('a b  [secret] [secret] [secret] ✓')
  })

  it('counts when its head says so, though its body is broken, binary, or never ends', async () => {
    receiver.behave(
      (response) => void response.writeHead(200, { 'content-length': '100' }).write(Buffer.from([0xff, 0xfe, 0x41])),
    )
    const sender = transport({ answerWait_ms: 50 })
    expect(await sender.send(attemptTo(receiver.url))).toMatchObject({ outcome: 'DELIVERED', responseExcerpt: 'A' })
  })

  it('is not read beyond its beginning', async () => {
    let closed: Promise<unknown> | undefined
    receiver.behave((response) => {
      closed = once(response, 'close')
      response.writeHead(200)
      const more = () => {
        while (response.write(Buffer.alloc(65_536, 'x')));
      }
      response.on('drain', more)
      more()
    })
    const { outcome, responseExcerpt } = await transport().send(attemptTo(receiver.url))
    expect([outcome, responseExcerpt?.length]).toEqual(['DELIVERED', EXCERPT_LENGTH_MAX])
    await closed
  })
})

describe('a receiver that is slow or broken', () => {
  it('has until the deadline, whether it says nothing or a letter at a time', async () => {
    const impatient = transport({ deadline_ms: IMPATIENT_MS })
    receiver.behave(() => undefined)
    expect((await impatient.send(attemptTo(receiver.url))).outcome).toBe('TIMED_OUT')
    const drip = await rawServer((socket) => {
      const text = `HTTP/1.1 200 OK\r\nx-drip: ${'a'.repeat(10_000)}`[Symbol.iterator]()
      const timer = setInterval(() => socket.write(text.next().value ?? ''), 5)
      socket.once('close', () => clearInterval(timer))
    })
    expect((await impatient.send(attemptTo(drip.url))).outcome).toBe('TIMED_OUT')
    const informational = await rawServer((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 5)
      socket.once('close', () => clearInterval(timer))
    })
    expect((await impatient.send(attemptTo(informational.url))).outcome).toBe('TIMED_OUT')
  })

  it.each([
    ['RESPONSE_INVALID', 'no HTTP\r\n\r\n'],
    ['RESPONSE_INVALID', `HTTP/1.1 200 OK\r\nx-large: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['RESPONSE_INVALID', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['CONNECTION_FAILED', ''],
  ])('ends the try with %s after %j', async (outcome, text) => {
    const { url } = await rawServer((socket) => {
      // Once all has come in: a server that closes with something unread resets the connection.
      socket.on('data', (data) => String(data).endsWith('}') && socket.end(text))
    })
    expect(await transport().send(attemptTo(url))).toMatchObject({ outcome, httpStatus: null })
  })

  it('ends it with CONNECTION_FAILED where nobody listens or the connection is reset', async () => {
    const { url, server } = await rawServer((socket) => socket.resetAndDestroy())
    expect((await transport().send(attemptTo(url))).outcome).toBe('CONNECTION_FAILED')
    server.close()
    await once(server, 'close')
    expect((await transport().send(attemptTo(url))).outcome).toBe('CONNECTION_FAILED')
  })
})

describe('names and certificates', () => {
  /** Lets https go to this machine under any name and port, as if it were a public address. */
  const anywhere = { ...LOOPBACK, ports: { has: () => true } as unknown as ReadonlySet<number> }
  const to = (port: number, name = 'receiver.test') => attemptTo(`https://${name}:${port}/hooks`)
  let secure: WebhookReceiver
  beforeAll(async () => {
    secure = await startReceiver(TOY_CERTIFICATE)
  })
  afterAll(() => secure[Symbol.asyncDispose]())
  afterEach(() => {
    secure.received.length = 0
  })

  it('the connection goes to the address that was checked, under the name that was asked for', async () => {
    const asked: string[] = []
    const resolve: Resolve = async (name) => {
      asked.push(name)
      return ['127.0.0.1']
    }
    const sender = transport({ policy: anywhere, resolve, ca: TOY_CERTIFICATE.cert })
    expect((await sender.send(to(secure.port))).outcome).toBe('DELIVERED')
    // One look-up for the check and for the connection: there is no second answer to connect to.
    expect(asked).toEqual(['receiver.test'])
    expect(secure.received[0]?.headers.host).toBe(`receiver.test:${secure.port}`)
  })

  it('a certificate that nobody vouches for, or of another name, is none', async () => {
    expect((await transport({ policy: anywhere }).send(to(secure.port))).outcome).toBe('TLS_FAILED')
    const trusting = transport({ policy: anywhere, ca: TOY_CERTIFICATE.cert })
    expect((await trusting.send(to(secure.port, 'other.test'))).outcome).toBe('TLS_FAILED')
    expect((await trusting.send(to(receiver.port))).outcome).toBe('TLS_FAILED')
    expect(secure.received).toEqual([])
  })

  it('a name that was public when it was registered and is private now gets nothing', async () => {
    const strict = { ...addressPolicy({ allowsLoopback: false, ports: [], refusedRanges: [] }), ports: anywhere.ports }
    for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['1.1.1.1', '127.0.0.1'], ['127.0.0.1', '1.1.1.1']]) {
      const connected = secure.sockets.size
      const sender = transport({ policy: strict, resolve: async () => addresses, ca: TOY_CERTIFICATE.cert })
      expect((await sender.send(to(secure.port))).outcome).toBe('ADDRESS_REFUSED')
      expect(secure.sockets.size).toBe(connected)
    }
    expect(secure.received).toEqual([])
  })

  it('a name server that answers otherwise each time is asked anew for each connection, and checked each time', async () => {
    const strict = addressPolicy({ allowsLoopback: false, ports: [], refusedRanges: [] })
    const isFirst = [true]
    const policy = { ...strict, ports: anywhere.ports, refuses: (address: string) => address !== '127.0.0.1' }
    const resolve: Resolve = async () => (isFirst.pop() ? ['127.0.0.1'] : ['127.0.0.2'])
    const sender = () => transport({ policy, resolve, ca: TOY_CERTIFICATE.cert })
    expect((await sender().send(to(secure.port))).outcome).toBe('DELIVERED')
    expect((await sender().send(to(secure.port))).outcome).toBe('ADDRESS_REFUSED')
  })

  it('a literal address, which nobody looks up, is checked at each try', async () => {
    const strict = addressPolicy({ allowsLoopback: false, ports: [receiver.port], refusedRanges: [] })
    const sender = transport({ policy: { ...strict, ports: anywhere.ports } })
    expect((await sender.send(attemptTo(`https://127.0.0.1:${receiver.port}/`))).outcome).toBe('ADDRESS_REFUSED')
    expect((await sender.send(attemptTo(receiver.url))).outcome).toBe('URL_REFUSED')
    expect(receiver.received).toEqual([])
  })

  it('a name without an address, or name servers that say nothing, end the try', async () => {
    const failing = (code: string) =>
      transport({ policy: anywhere, resolve: () => Promise.reject(Object.assign(new Error(), { code })) })
    expect((await failing('ENOTFOUND').send(to(1))).outcome).toBe('NAME_NOT_RESOLVED')
    expect((await transport({ policy: anywhere, resolve: async () => [] }).send(to(1))).outcome).toBe(
      'NAME_NOT_RESOLVED',
    )
    const silent = transport({
      policy: anywhere,
      resolve: () => new Promise(() => undefined),
      deadline_ms: IMPATIENT_MS,
    })
    expect((await silent.send(to(1))).outcome).toBe('TIMED_OUT')
  })
})

it('sixty tries at once, one half to a receiver that never answers, end each in its own way', async () => {
  receiver.behave((response, { headers }) => {
    if (headers['webhook-id'] === 'evt_fast') response.writeHead(204).end()
  })
  const sender = transport({ deadline_ms: 3_000 })
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      sender.send(attemptTo(receiver.url, { id: index % 2 ? 'evt_fast' : 'evt_slow' })),
    ),
  )
  expect(Map.groupBy(outcomes, ({ outcome }) => outcome).get('DELIVERED')).toHaveLength(30)
  expect(Map.groupBy(outcomes, ({ outcome }) => outcome).get('TIMED_OUT')).toHaveLength(30)
  await transportToLoopback().close()
})
