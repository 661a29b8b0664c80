import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { ANONYMOUS } from '@carriergraph/shared/auth/actor.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { InFlight } from '@carriergraph/shared/server/in-flight.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gatewayError } from '../../errors/codes.ts'
import type { OperationRequest } from '../../graph/operation-request.ts'
import type { LiveOperations } from '../operations.ts'
import { createHttpStreams, type HttpStreams } from './http-streams.ts'
import { SSE } from './sse.ts'

const CONTEXT = { actor: ANONYMOUS, authorization: undefined, correlationId: 'c', clientAddress: '127.0.0.1' }
/** As long as nobody asks for it, nothing is done for the client. */
const operation = (): OperationRequest => {
  begun += 1
  return { query: 'subscription { n }', operationName: undefined, variables: {} }
}

let server: Server
let client: Socket
let streams: HttpStreams
/** How many operations were begun. */
let begun: number

beforeEach(async () => {
  begun = 0
  const operations: LiveOperations = {
    inFlight: new InFlight(),
    prepare: () => new Promise(() => undefined),
    goAway: () => undefined,
    observe: () => undefined,
  }
  streams = createHttpStreams({
    operations,
    allowOrigin: () => true,
    limits: { streams_max: 1, heartbeat_ms: 60_000, keep_alive_ms: 60_000 },
    clock: systemClock,
    log: createLog({ service: 'test', level: 'silent' }),
  })
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(() => {
  streams.close()
  client.destroy()
  server.close()
})

/** Requests that one client sends at once, over one connection. */
async function asked(count: number): Promise<readonly [IncomingMessage, ServerResponse][]> {
  const arrived: [IncomingMessage, ServerResponse][] = []
  const all = Promise.withResolvers<void>()
  server.on('request', (request, response) => {
    arrived.push([request, response])
    if (arrived.length === count) all.resolve()
  })
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n'.repeat(count))
  await all.promise
  server.removeAllListeners('request')
  return arrived
}

const open = ([request, response]: [IncomingMessage, ServerResponse]): void =>
  streams.open(request, response, SSE, operation, CONTEXT)

test('nothing is opened for a client that left while its request was looked at, and it takes up no room', async () => {
  const [first, second] = await asked(2)
  if (first === undefined || second === undefined) throw new Error('nobody asked')
  const left = once(first[0].socket, 'close')
  client.destroy()
  await left
  // The second was sent behind the first one's answer, and has no connection of its own yet.
  for (const request of [first, second]) open(request)
  expect(begun).toBe(0)
  const [here] = await asked(1)
  if (here !== undefined) open(here)
  expect(begun).toBe(1)
})

test('none is opened any more once the gateway stops', async () => {
  const [here] = await asked(1)
  if (here === undefined) throw new Error('nobody asked')
  streams.goAway()
  expect(() => open(here)).toThrow(gatewayError('GOING_AWAY').message)
  expect(begun).toBe(0)
})
