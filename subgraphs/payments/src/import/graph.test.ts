import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { sendTo } from './graph.ts'

/** A server that answers every call so, for as long as `use` runs. */
async function answering(status: number, body: string, use: (url: URL) => Promise<void>): Promise<number> {
  let calls = 0
  const server = createServer((request, response) => {
    calls += 1
    request.resume()
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port.')
  await use(new URL(`http://127.0.0.1:${address.port}/graphql`))
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
  return calls
}

const input = {
  idempotencyKey: 'k',
  type: 'FEE',
  sourceAccountId: 'led_x',
  amount: { amount: '1.00', currency: 'EUR' },
} as const

const failing = (code: string) => JSON.stringify({ errors: [{ message: 'No.', extensions: { code } }] })
const whole = JSON.stringify({
  data: { createPayments: { results: [], errors: [{ code: 'INVALID_VALUE', message: 'x' }] } },
})
const short = JSON.stringify({ data: { createPayments: { results: [], errors: [] } } })

test.each([
  ['an outage of payments', 200, failing('SUBGRAPH_UNAVAILABLE'), 'GRAPH_UNAVAILABLE', 7],
  ['what is no JSON', 502, '<html>', 'GRAPH_UNAVAILABLE', 7],
  ['what is no answer of createPayments', 200, '{"data":7}', 'GRAPH_UNAVAILABLE', 7],
  ['a token that is not taken', 401, failing('UNAUTHENTICATED'), 'NOT_ALLOWED', 1],
  ['a token that may not pay', 200, failing('FORBIDDEN'), 'NOT_ALLOWED', 1],
  ['another schema', 200, failing('GRAPHQL_VALIDATION_FAILED'), 'GRAPH_REFUSED', 1],
  ['variables above the limit', 200, failing('VARIABLES_TOO_LARGE'), 'GRAPH_REFUSED', 1],
  ['a body above the limit', 413, failing('PAYLOAD_TOO_LARGE'), 'GRAPH_REFUSED', 1],
  ['a call that is refused as a whole', 200, whole, 'GRAPH_REFUSED', 1],
  ['fewer results than payments', 200, short, 'GRAPH_REFUSED', 1],
])('gives up on %s (HTTP %i) with a fault of its own', async (_, status, body, code, tries) => {
  const pauses: number[] = []
  const calls = await answering(status, body, async (url) => {
    const send = sendTo({ url, token: 't', pause: async (duration_ms) => void pauses.push(duration_ms) })
    await expect(send([input])).rejects.toMatchObject({ code })
  })
  expect(calls).toBe(tries)
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000].slice(0, tries - 1))
})
