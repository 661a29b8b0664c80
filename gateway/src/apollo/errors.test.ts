// What Apollo Server in front tells of requests that no operation ran for.

import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { createLog } from '@carriergraph/shared/log.ts'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Gate, OPEN_GATE } from '../admission/gate.ts'
import { createCore } from '../core.ts'
import type { RequestContext } from '../request-context.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { apolloServerOptions } from './gateway-interface.ts'
import { requestContextOf } from './request-context.ts'

/** Of Apollo Server itself. */
const SILENT = createLog({ service: 'test', level: 'silent' })
const CORRELATION_ID = 'one-and-the-same'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
  return () => library.close()
})
let apollo: ApolloServer<RequestContext>
afterEach(() => apollo.stop())

let logged: Record<string, unknown>[]
beforeEach(() => {
  logged = []
})

interface Setting {
  readonly gate?: Gate
  readonly plugin?: ApolloServerPlugin<RequestContext>
}

async function start({ gate = OPEN_GATE, plugin = {} }: Setting = {}) {
  const destination = { write: (line: string) => void logged.push(JSON.parse(line)) }
  const core = createCore({ ...library.options, gate, log: createLog({ service: 'test', destination }) })
  const options = apolloServerOptions(core, library.options)
  apollo = new ApolloServer<RequestContext>({ ...options, plugins: [...options.plugins, plugin], logger: SILENT })
  const { url } = await startStandaloneServer(apollo, { listen: { port: 0 }, context: requestContextOf(core) })
  return url
}

async function ask(url: string, request: object) {
  const headers = { 'content-type': 'application/json', 'x-correlation-id': CORRELATION_ID }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(request) })
  return { status: response.status, body: await response.json() }
}

test.each([
  ['several operations and names none', { query: 'query A { bestRating } query B { bestRating }' }],
  ['no operation of the name', { query: 'query A { bestRating }', operationName: 'B' }],
])('a request whose document has %s is told so, as by our own server', async (_, request) => {
  const { status, body } = await ask(await start(), request)
  expect([status, body]).toEqual([400, { errors: [expect.anything()] }])
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] })
  expect(body).toEqual((await ask(library.url, request)).body)
  expect(logged).toEqual([])
})

describe('what is masked carries the correlation id of its request, under which the log has the rest,', () => {
  const failing = async (): Promise<never> => {
    throw new Error('the secret')
  }
  test.each<[string, Setting]>([
    [
      'when a plugin fails before the operation',
      { plugin: { requestDidStart: async () => ({ didResolveOperation: failing }) } },
    ],
    ['when the gate fails', { gate: { ...OPEN_GATE, enter: failing } }],
    ['when the quotas of the operation fail', { gate: { ...OPEN_GATE, run: failing } }],
  ])('%s', async (_, setting) => {
    const { status, body } = await ask(await start(setting), { query: '{ bestRating }' })
    const extensions = { code: 'INTERNAL_SERVER_ERROR', correlationId: CORRELATION_ID }
    expect([status, body]).toEqual([500, { errors: [{ message: 'Internal error', extensions }] }])
    expect(logged).toMatchObject([{ level: 'error', correlationId: CORRELATION_ID }])
  })
})

test('what Apollo Server masks itself, and tells of no request, carries an id under which the log has it', async () => {
  const requestDidStart = async () => {
    throw new Error('the secret')
  }
  const { body } = await ask(await start({ plugin: { requestDidStart } }), { query: '{ bestRating }' })
  const [{ correlationId } = {}] = logged
  expect(correlationId).toEqual(expect.any(String))
  const extensions = { code: 'INTERNAL_SERVER_ERROR', correlationId }
  expect(body).toEqual({ errors: [{ message: 'Internal error', extensions }] })
})
