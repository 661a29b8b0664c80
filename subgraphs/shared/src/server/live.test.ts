import { request as rawRequest } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import type { Client, SubscribePayload } from 'graphql-ws'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { PushSource } from './push-source.fixture.ts'
import { TestSubgraph } from './subgraph.fixture.ts'

let subgraph: TestSubgraph
beforeEach(async () => {
  subgraph = await new TestSubgraph().start({ limits: { subscriptions_max: 2, message_bytes_max: 2000 } })
})
afterEach(() => subgraph[Symbol.asyncDispose]())

const headersFor = (token?: string, correlationId = 'request-0001') => ({
  headers: { 'x-correlation-id': correlationId, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
})

/** The results of one subscription in order; an error message counts as a result without data. */
function open(client: Client, query: string, extensions: SubscribePayload['extensions'] = headersFor()) {
  const results = client.iterate({ query, extensions: extensions ?? null })
  return {
    async next() {
      try {
        const { done, value } = await results.next()
        return done === true ? 'complete' : summary(value)
      } catch (errors) {
        return Array.isArray(errors) ? summary({ errors }) : errors
      }
    },
    leave: () => results.return?.(),
  }
}

const summary = ({
  data,
  errors,
}: {
  data?: object | null | undefined
  errors?: readonly GraphQLFormattedError[] | undefined
}) => ({
  ...(data && { data }),
  ...(errors && { errors: errors.map(({ message, extensions }) => ({ message, ...extensions })) }),
})

const SOLD = 'subscription { sold { title request correlationId } }'
const QUIET = 'subscription { quiet { title } }'

describe('a subscription on a signed socket', () => {
  test('runs as the actor and under the correlation id of its own message, with a fresh context for each event', async () => {
    const stream = open(subgraph.live(), SOLD, headersFor(await subgraph.token()))
    const sold = (title: string, request: number) => ({
      data: { sold: { title, request, correlationId: 'request-0001' } },
    })
    subgraph.inside.sales.push({ title: 'Emma' })
    // The first context was that of the subscribe message itself.
    expect(await stream.next()).toEqual(sold('Emma', 2))
    subgraph.inside.sales.push({ title: 'Ulysses' })
    expect(await stream.next()).toEqual(sold('Ulysses', 3))
  })

  test('lets go of its source when the client leaves, though no event comes', async () => {
    const client = subgraph.live()
    const stream = open(client, QUIET)
    const next = stream.next()
    await subgraph.inside.sales.opened.promise
    await client.dispose()
    await subgraph.inside.sales.left.promise
    await next
  })

  test('ends with TOKEN_EXPIRED at the first event after the end of its token, which it does not show', async () => {
    const stream = open(subgraph.live(), SOLD, headersFor(await subgraph.token()))
    subgraph.inside.sales.push({ title: 'Emma' })
    expect(await stream.next()).toMatchObject({ data: { sold: { title: 'Emma' } } })
    subgraph.clock.advance(60_000)
    subgraph.inside.sales.push({ title: 'secret' })
    expect(await stream.next()).toEqual({
      errors: [expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' })],
    })
    expect(await stream.next()).toBe('complete')
    await subgraph.inside.sales.left.promise
  })

  test('ends masked when its source fails, and the other streams of the socket go on', async () => {
    const client = subgraph.live()
    const failing = open(client, QUIET)
    const first = failing.next()
    await subgraph.inside.sales.opened.promise
    subgraph.inside.sales.fail(new Error('relation "sale" does not exist'))
    expect(await first).toEqual({
      errors: [{ message: 'Internal error', code: 'INTERNAL_SERVER_ERROR', correlationId: 'request-0001' }],
    })
    expect(await failing.next()).toBe('complete')
    expect(subgraph.inside.lines.join('')).toContain('relation \\"sale\\" does not exist')
    const other = open(client, QUIET)
    subgraph.inside.sales.push({ title: 'Emma' })
    expect(await other.next()).toEqual({ data: { quiet: { title: 'Emma' } } })
  })
})

describe('is refused alone, and its socket stays open:', () => {
  test.each([
    [
      'a subscription without the token that it needs',
      SOLD,
      headersFor(),
      { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' },
    ],
    ['a forged token', QUIET, headersFor('a.b.c'), { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' }],
    ['headers that are not text', QUIET, { headers: { authorization: 1 } }, { code: 'BAD_REQUEST' }],
    ['a syntax error', 'subscription {', headersFor(), { code: 'GRAPHQL_PARSE_FAILED' }],
    ['an unknown field', 'subscription { nope }', headersFor(), { code: 'GRAPHQL_VALIDATION_FAILED' }],
    [
      'a missing variable',
      `subscription ($n: Int!) { quiet(first: $n) { title } }`,
      headersFor(),
      { code: 'BAD_USER_INPUT' },
    ],
    ['a query', '{ hello }', headersFor(), { code: 'SUBSCRIPTIONS_ONLY' }],
    [
      'a masked failure to subscribe',
      'subscription { leaky { title } }',
      headersFor(),
      { message: 'Internal error', code: 'INTERNAL_SERVER_ERROR', correlationId: 'request-0001' },
    ],
  ])('%s', async (_case, query, extensions, error) => {
    const client = subgraph.live()
    expect(await open(client, query, extensions).next()).toMatchObject({ errors: [error] })
    const good = open(client, QUIET)
    subgraph.inside.sales.push({ title: 'Emma' })
    expect(await good.next()).toEqual({ data: { quiet: { title: 'Emma' } } })
  })

  test('one more than the process may hold, until another is left', async () => {
    const client = subgraph.live()
    const sources = [1, 2, 3].map(() => new PushSource<{ title: string }>())
    subgraph.inside.quiet.push(...sources)
    const [first, second] = [open(client, QUIET), open(client, QUIET)]
    const waiting = [first.next(), second.next()]
    await Promise.all(sources.slice(0, 2).map(({ opened }) => opened.promise))
    expect(await open(client, QUIET).next()).toMatchObject({ errors: [{ code: 'TOO_MANY_SUBSCRIPTIONS' }] })
    sources[1]?.push({ title: 'still here' })
    expect(await waiting[1]).toEqual({ data: { quiet: { title: 'still here' } } })
    await first.leave()
    await sources[0]?.left.promise
    sources[2]?.push({ title: 'room again' })
    expect(await open(client, QUIET).next()).toEqual({ data: { quiet: { title: 'room again' } } })
  })
})

describe('an upgrade', () => {
  function upgrade(headers: Record<string, string>, path = '/graphql'): Promise<{ status: number; code: unknown }> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(new URL(path, subgraph.webSocketUrl), 'graphql-transport-ws', { headers })
      socket.on('error', reject)
      socket.on('open', () => {
        socket.close()
        resolve({ status: 101, code: undefined })
      })
      socket.on('unexpected-response', (_request, response) => {
        response.setEncoding('utf8')
        response.on('data', (body) =>
          resolve({ status: response.statusCode ?? 0, code: JSON.parse(body).errors[0].extensions.code }),
        )
      })
    })
  }
  const signed = (changes = {}) => ({ 'x-carriergraph-signature': subgraph.sign({ method: 'GET', ...changes }) })

  test('is taken when it is signed, and only once', async () => {
    const headers = signed()
    expect(await upgrade(headers)).toMatchObject({ status: 101 })
    expect(await upgrade(headers)).toEqual({ status: 401, code: 'NONCE_REUSED' })
  })

  test.each([
    ['nothing', () => ({}), 'SIGNATURE_MISSING'],
    ['the signature of a POST', () => signed({ method: 'POST' }), 'SIGNATURE_INVALID'],
    ['the signature of another path', () => signed({ path: '/' }), 'SIGNATURE_INVALID'],
    ['an old signature', () => signed({ now: new Date('2026-11-21T11:00:00Z') }), 'SIGNATURE_EXPIRED'],
  ])('with %s is refused', async (_case, headers, code) => {
    expect(await upgrade(headers())).toEqual({ status: 401, code })
  })

  test('of another path is not found', async () => {
    expect(await upgrade(signed({ path: '/other' }), '/other')).toEqual({ status: 404, code: 'NOT_FOUND' })
  })

  test('that is reset half-way does not end the process', async () => {
    await new Promise<void>((resolve) => {
      const headers = { connection: 'Upgrade', upgrade: 'websocket' }
      const request = rawRequest(subgraph.url, { headers })
      request.on('error', () => resolve())
      request.on('response', () => resolve())
      request.flushHeaders()
      request.on('socket', (socket) => socket.once('connect', () => socket.resetAndDestroy()))
    })
    expect(await subgraph.ask('{ hello }')).toMatchObject({ status: 200 })
  })
})

test('a message above the limit closes its socket, and the server goes on', async () => {
  let code: unknown
  const closed = Promise.withResolvers<void>()
  const client = subgraph.live((event) => {
    code = (event as { code: number }).code
    closed.resolve()
  })
  const padding = { padding: 'x'.repeat(2000) }
  const stream = open(client, QUIET, padding)
  void stream.next()
  await closed.promise
  expect(code).toBe(1009)
  expect(subgraph.inside.lines.join('')).toContain('a WebSocket failed')
  expect(await subgraph.ask('{ hello }')).toMatchObject({ status: 200 })
})
