/**
 * A service process for lifecycle.test.ts. It writes what happens to standard output, and does on each line of standard
 * input what the line says.
 */
import { createInterface } from 'node:readline'
import { parse } from 'graphql'
import { z } from 'zod'
import { createTokenVerifier } from './auth/verify.ts'
import { systemClock } from './clock.ts'
import { port, readConfig, secretsList } from './config.ts'
import { runService } from './lifecycle.ts'
import { createLog } from './log.ts'
import { createSubgraphServer } from './server/subgraph-server.ts'
import { createSignatureVerifier } from './signature/verify.ts'

const tell = (what: string): void => {
  process.stdout.write(`${what}\n`)
}

const released = Promise.withResolvers<string>()
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'release') released.resolve('answered')
  if (line === 'crash') throw new Error('a bug')
})

await runService('fixture', build, process.env.FAIL === 'hang' ? { stop_ms_max: 50 } : {})

async function build(resources: AsyncDisposableStack) {
  resources.defer(async () => tell('first resource closed'))
  const config = readConfig(
    z.object({ PORT: port, SIGNING_KEYS: secretsList, FAIL: z.enum(['build', 'close', 'hang', 'no']).default('no') }),
  )
  resources.defer(async () => {
    tell('second resource closed')
    if (config.FAIL === 'hang') await new Promise(() => undefined)
    if (config.FAIL === 'close') throw new Error('the database does not close')
  })
  if (config.FAIL === 'build') throw new TypeError('a bug while building')
  const log = createLog({ service: 'fixture' })
  const server = createSubgraphServer({
    name: 'fixture',
    typeDefs: parse('type Query { slow: String }'),
    resolvers: {
      Query: {
        slow: () => {
          tell('slow began')
          return released.promise
        },
      },
    },
    context: (request) => request,
    policies: {},
    verifier: createTokenVerifier({
      jwksUrl: 'http://127.0.0.1:9/',
      issuer: 'issuer',
      audience: 'graph',
      algorithms: ['ES256'],
      clock: systemClock,
      leeway_s: 0,
    }),
    signature: createSignatureVerifier({ keys: config.SIGNING_KEYS, clock: systemClock }),
    log,
    port: config.PORT,
    host: '127.0.0.1',
    readiness: {},
  })
  return { log, server }
}
