// Who is turned away by a gateway behind Apollo Server.

import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { memoryCounters } from '../admission/counters.ts'
import { createGate, type Gate } from '../admission/gate.ts'
import { createQuotas } from '../admission/quotas.ts'
import { createCore } from '../core.ts'
import type { RequestContext } from '../request-context.ts'
import { type Library, startLibrary } from '../testing/library.ts'
import { apolloServerOptions } from './gateway-interface.ts'
import { requestContextOf } from './request-context.ts'

let library: Library
beforeAll(async () => {
  library = await startLibrary()
  return () => library.close()
})
let apollo: ApolloServer<RequestContext>
afterEach(() => apollo.stop())

/** Apollo Server before a gateway with this gate: what it answers. */
async function start(gate: Gate) {
  const core = createCore({ ...library.options, gate })
  apollo = new ApolloServer<RequestContext>(apolloServerOptions(core, library.options))
  const { url } = await startStandaloneServer(apollo, { listen: { port: 0 }, context: requestContextOf(core) })
  return async (query: string, headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ query })
    const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
    const response = await fetch(url, request)
    return { status: response.status, headers: response.headers, body: await response.json() }
  }
}

const QUERY = '{ bestRating }'

test('a client is told what is left of its quota, then refused with 429 and Retry-After, as at our own door', async () => {
  const limits = { window_s: 3_000, client_requests_max: 1, user_operations_max: undefined, user_cost_max: undefined }
  const ask = await start(createGate({ quotas: createQuotas(limits, memoryCounters) }))
  const first = await ask(QUERY)
  expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([200, '"client";q=1;w=3000'])
  const second = await ask('{ no operation')
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^(2\d\d\d|3000)$/)])
  expect(second.body).toEqual({
    errors: [
      {
        message: expect.any(String),
        extensions: {
          code: 'RATE_LIMITED',
          quota: 'client',
          limit: 1,
          window_s: 3000,
          retryAfter_s: expect.any(Number),
        },
      },
    ],
  })
})

test('an overloaded gateway answers 503 with Retry-After', async () => {
  const ask = await start(createGate({ overload: { read: () => undefined, sheds: () => true } }))
  const { status, headers, body } = await ask(QUERY)
  expect([status, headers.get('retry-after')]).toEqual([503, '1'])
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] })
})

test('a bad token is 401, and tells how to come by a good one', async () => {
  const ask = await start(createGate({}))
  const { status, headers, body } = await ask(QUERY, { authorization: 'Bearer nonsense' })
  expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' } }] })
})
