import { afterEach, describe, expect, test } from 'vitest'
import { type ClientUnderTest, CONTEXT, clientOf, mutation, query } from '../testing/calls.ts'
import {
  graphqlAnswer,
  httpAnswer,
  type RawAnswer,
  type RawSubgraph,
  startRawSubgraph,
} from '../testing/raw-subgraph.ts'
import type { SubgraphLimits } from './client.ts'

let subgraph: RawSubgraph | undefined
let made: ClientUnderTest | undefined

afterEach(async () => {
  made?.client.close()
  await subgraph?.close()
  made = undefined
  subgraph = undefined
})

async function against(answer: RawAnswer, limits: Partial<SubgraphLimits> = {}): Promise<ClientUnderTest> {
  subgraph = await startRawSubgraph(answer)
  made = clientOf([subgraph.url], limits)
  return made
}

const NO_RETRY = { tries_max: 1, backoff: { first_ms: 0, ms_max: 0 }, budget_ratio: 0, budget_max: 0 }
const SMALL = { connect_ms_max: 1_000, response_bytes_max: 1_000, calls_max: 16 }

const outcome = (code: string, reason?: string) => ({
  extensions: { code, subgraph: 'toy', ...(reason !== undefined && { reason }) },
})
const timeout = outcome('SUBGRAPH_TIMEOUT')
const unavailable = (reason: string) => outcome('SUBGRAPH_UNAVAILABLE', reason)

describe('a subgraph that', () => {
  test.each<[string, RawAnswer]>([
    ['takes the connection and says nothing', () => undefined],
    ['stops after the status line', (socket) => socket.write('HTTP/1.1 200 OK\r\n')],
    ['stops after its headers', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n')],
    ['sends one byte at a time, for ever', trickle],
  ])('%s costs a call its deadline, and the socket is closed', async (_, answer) => {
    const { client, finished } = await against(answer, { deadline_ms: 200 })
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(timeout)
    expect(finished).toMatchObject([{ outcome: 'SUBGRAPH_TIMEOUT', tries: 1, kind: 'query' }])
    await expect.poll(() => subgraph?.openSockets(), { timeout: 10_000 }).toBe(0)
  })

  test.each<[string, RawAnswer]>([
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['closes the connection', (socket) => socket.end()],
    [
      'resets it in mid-answer',
      (socket) => socket.write(graphqlAnswer({}).slice(0, -3), () => socket.resetAndDestroy()),
    ],
    ['closes it in mid-answer', (socket) => socket.end(graphqlAnswer({}).slice(0, -3))],
    ['speaks no HTTP', (socket) => socket.end('220 smtp.example ESMTP\r\n')],
  ])('%s loses the call', async (_, answer) => {
    const { client } = await against(answer, { retry: NO_RETRY })
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_LOST'))
  })

  test.each([
    ['a page', httpAnswer('<html>upstream 10.0.0.9</html>', { status: 200 }), 'NO_GRAPHQL_ANSWER'],
    ['a page with a status of 502', httpAnswer('<html></html>', { status: 502 }), 'NO_GRAPHQL_ANSWER'],
    ['a redirect', httpAnswer('', { status: 307, headers: 'location: http://127.0.0.1:1/\r\n' }), 'NO_GRAPHQL_ANSWER'],
    ['nothing', httpAnswer(''), 'NO_GRAPHQL_ANSWER'],
    ['no data and no reason', httpAnswer('{"data":null}'), 'NO_GRAPHQL_ANSWER'],
    ['no data and an empty list of reasons', httpAnswer('{"data":null,"errors":[]}'), 'NO_GRAPHQL_ANSWER'],
    ['a list', httpAnswer('[{"data":{}}]'), 'NO_GRAPHQL_ANSWER'],
    ['data that is no object', httpAnswer('{"data":[]}'), 'NO_GRAPHQL_ANSWER'],
    ['errors without messages', httpAnswer('{"errors":[{}]}'), 'NO_GRAPHQL_ANSWER'],
    [
      'gzip that nobody asked for',
      httpAnswer('\x1f\x8b', { headers: 'content-encoding: gzip\r\n' }),
      'NO_GRAPHQL_ANSWER',
    ],
    ['that it is stopping', httpAnswer('{"errors":[{"message":"no"}]}', { status: 503 }), 'SERVICE_UNAVAILABLE'],
    ['404', httpAnswer('nowhere', { status: 404 }), 'REFUSED'],
    ['more than is taken', graphqlAnswer({ text: 'x'.repeat(2_000) }), 'ANSWER_TOO_LARGE'],
  ])('answers %s', async (_, bytes, reason) => {
    const { client } = await against((socket) => socket.write(bytes), { retry: NO_RETRY, connection: SMALL })
    await expect(client.execute(query(), CONTEXT)).rejects.toMatchObject(unavailable(reason))
  })

  test.each([
    ['in pieces', (body: string) => [...httpAnswer(body)]],
    ['in chunks', (body: string) => [`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(body)}`]],
    ['under another content type', (body: string) => [httpAnswer(body).replace('application/json', 'text/plain')]],
    ['with a status of 400', (body: string) => [httpAnswer(body, { status: 400 })]],
    ['after an early hint', (body: string) => ['HTTP/1.1 103 Early Hints\r\n\r\n', httpAnswer(body)]],
  ])('answers %s is understood', async (_, write) => {
    const body = JSON.stringify({ data: { grüezi: 'wohl', emoji: '😀' }, errors: [{ message: 'und' }] })
    const { client } = await against(async (socket) => {
      for (const piece of write(body)) await new Promise((resolve) => socket.write(piece, resolve))
    })
    expect(await client.execute(query(), CONTEXT)).toEqual(JSON.parse(body))
  })

  test('compresses for all who do not refuse it is asked not to', async () => {
    const gzipped = httpAnswer('\x1f\x8b', { headers: 'content-encoding: gzip\r\n' })
    const { client } = await against((socket, { head }) => {
      const isRefused = head.split('\r\n').includes('accept-encoding: identity')
      socket.write(isRefused ? graphqlAnswer({ is: 'well' }) : gzipped)
    })
    expect(await client.execute(query(), CONTEXT)).toEqual({ data: { is: 'well' } })
  })

  test('is not there is told from one that broke off', async () => {
    const gone = await startRawSubgraph(() => undefined)
    await gone.close()
    made = clientOf([gone.url], { retry: NO_RETRY })
    await expect(made.client.execute(mutation(), CONTEXT)).rejects.toMatchObject(unavailable('CONNECTION_FAILED'))
    expect(await made.client.isReady()).toBe(false)
  })

  test.each([
    ['its deadline', { deadline_ms: 100 }, timeout],
    ['the time to connect', { connection: { ...SMALL, connect_ms_max: 100 } }, unavailable('CONNECTION_FAILED')],
  ])('never finishes its TLS handshake costs a call no more than %s', async (_, limits, expected) => {
    subgraph = await startRawSubgraph(() => undefined)
    made = clientOf([subgraph.url.replace('http:', 'https:')], { retry: NO_RETRY, ...limits })
    await expect(made.client.execute(mutation(), CONTEXT)).rejects.toMatchObject(expected)
    await expect.poll(() => subgraph?.openSockets(), { timeout: 10_000 }).toBe(0)
  })

  test('cannot be sent a header is not blamed for it', async () => {
    const { client, circuits } = await against((socket) => socket.write(graphqlAnswer({})))
    for (let i = 0; i < 6; i += 1)
      await expect(client.execute(query(), { ...CONTEXT, authorization: 'Bearer a\nb' })).rejects.toMatchObject(
        unavailable('REFUSED'),
      )
    expect(circuits).toEqual([])
    expect(await client.execute(query(), CONTEXT)).toEqual({ data: {} })
  })
})

function trickle(socket: Parameters<RawAnswer>[0]): void {
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n')
  const timer = setInterval(() => socket.write('1\r\n \r\n'), 5)
  socket.on('close', () => clearInterval(timer))
}

const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`
