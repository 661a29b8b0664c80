import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { createSubgraphServer, type SubgraphServer } from '@carriergraph/shared/server/subgraph-server.ts'
import { createSignatureVerifier } from '@carriergraph/shared/signature/verify.ts'
import { GraphQLError, GraphQLScalarType, parse } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createGateway, type Gateway } from './gateway.ts'
import { DEFAULT_LIMITS } from './limits/limits.ts'
import { loadSupergraph } from './supergraph/load.ts'
import { CONTEXT, clientOf } from './testing/calls.ts'
import { ToyJournal } from './testing/journal.ts'
import { TOY_KEYS } from './testing/keys.ts'
import { FAST_UPSTREAM } from './testing/library.ts'
import { compose } from './testing/library-graph.ts'
import { startTokenIssuer, type TokenIssuer } from './testing/tokens.ts'

// The gateway and a subgraph as the kit makes them: what one says about signatures, tokens, refusals and restarts, the
// other must understand.

const TYPE_DEFS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated"])
  scalar Even
  type Query { mine: String @authenticated half(of: Even): Int }
  type Subscription { counted(after: String): Counted! @authenticated }
  type Counted { cursor: String! n: Int! }`

const log = createLog({ service: 'test', level: 'silent' })
const EVEN = new GraphQLScalarType<number>({
  name: 'Even',
  parseValue(value) {
    const even = Number(value)
    if (even % 2 !== 0) throw new GraphQLError('not even')
    return even
  },
})

let journal: ToyJournal<number>
let issuer: TokenIssuer
let subgraph: SubgraphServer
let gateway: Gateway
let url: string
let client: Client
let folder: string

const startSubgraph = async (port: number): Promise<number> => {
  subgraph = createSubgraphServer({
    name: 'counting',
    typeDefs: parse(TYPE_DEFS),
    resolvers: {
      Even: EVEN,
      Query: { mine: () => 'yours', half: (_: unknown, { of }: { of: number }) => of / 2 },
      Subscription: {
        counted: {
          subscribe(_parent: unknown, { after }: { after?: string | null }) {
            if (after === 'bad') throw new Refusal('INVALID_CURSOR', 'Not a cursor of this stream.')
            return journal.stream(after ?? journal.end)
          },
          resolve: ({ cursor, event }: { cursor: string; event: number }) => ({ cursor, n: event }),
        },
      },
    },
    context: (info) => info,
    policies: {},
    verifier: issuer.actorVerifier,
    signature: createSignatureVerifier({ keys: TOY_KEYS, clock: systemClock }),
    log,
    port,
    host: '127.0.0.1',
    socketPath: join(folder, 'counting.sock'),
    readiness: {},
  })
  return (await subgraph.start()).port
}

let port: number

describe.each([
  ['its port', () => `http://127.0.0.1:${port}/graphql`],
  ['its socket', () => `http+unix://${folder}/counting.sock:/graphql`],
])('at %s', (_, urlOfSubgraph) => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carriergraph-kit-'))
    journal = new ToyJournal()
    issuer = await startTokenIssuer()
    port = await startSubgraph(0)
    gateway = createGateway({
      port: 0,
      host: '127.0.0.1',
      supergraph: loadSupergraph(compose([{ name: 'counting', url: 'http://counting.example', typeDefs: TYPE_DEFS }])),
      subgraphUrls: new Map([['counting', [urlOfSubgraph()]]]),
      signingKeys: TOY_KEYS,
      tokens: issuer.verifier,
      limits: { ...DEFAULT_LIMITS, upstream: FAST_UPSTREAM },
      introspection: true,
      allowedOrigins: ['*'],
      playground: () => false,
      clock: systemClock,
      random: Math.random,
      log,
    })
    url = (await gateway.start()).url
    client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: await issuer.bearer() },
    })
  })

  afterEach(async () => {
    await client.dispose()
    await gateway.stop()
    await subgraph.stop()
    await issuer.close()
    await rm(folder, { recursive: true })
  })

  const count = (after?: string) =>
    client.iterate<{ counted: { n: number } }>({
      query: 'subscription ($after: String) { counted(after: $after) { n } }',
      variables: { after },
    })

  test('a signed query with a good token is answered', async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: await issuer.bearer() },
      body: '{"query":"{ mine }"}',
    })
    expect(await response.json()).toEqual({ data: { mine: 'yours' } })
  })

  test.each([
    ['a literal', { query: '{ half(of: 3) }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a literal in a fragment',
      { query: '{ ...F } fragment F on Query { half(of: "3") }' },
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['the default of a variable', { query: 'query ($n: Even = 3) { half(of: $n) }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a variable', { query: 'query ($n: Even) { half(of: $n) }', variables: { n: 3 } }, 'BAD_USER_INPUT'],
  ])('%s that its scalar does not take is told to whoever wrote it', async (_place, request, code) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    const message = expect.stringContaining('not even')
    expect(await response.json()).toMatchObject({ errors: [{ message, extensions: { code } }] })
  })

  test('queries share a connection, each with its own token, and go on when the subgraph was stopped and started again', async () => {
    const { client: caller } = clientOf([urlOfSubgraph()])
    const ask = async (n: number, authorization?: string) => {
      const body = JSON.stringify({ query: `query Q${n} { mine }` })
      return (await caller.execute({ kind: 'query', body }, { ...CONTEXT, authorization })).data
    }
    const bearer = await issuer.bearer()
    const multiplexed = () => caller.state().connections.multiplexed
    for (const turn of [1, 2]) {
      await ask(turn, bearer)
      await expect.poll(multiplexed, { timeout: 10_000 }).toBe(1)
      const answers = Array.from({ length: 12 }, (_, n) => ask(100 * turn + n, n % 2 === 0 ? bearer : undefined))
      expect(await Promise.all(answers)).toEqual(answers.map((_, n) => ({ mine: n % 2 === 0 ? 'yours' : null })))
      await subgraph.stop()
      await expect.poll(multiplexed, { timeout: 10_000 }).toBe(0)
      await startSubgraph(port)
    }
    caller.close()
  })

  test('a stream goes on behind its last event when the subgraph was stopped and started again', async () => {
    journal.append(1)
    const events = count('0')
    expect((await events.next()).value).toEqual({ data: { counted: { n: 1 } } })
    await subgraph.stop()
    journal.append(2)
    await startSubgraph(port)
    expect((await events.next()).value).toEqual({ data: { counted: { n: 2 } } })
  })

  test('a stream goes on behind its last event when what stands behind the subgraph failed for a while', async () => {
    journal.append(1)
    const events = count('0')
    await events.next()
    journal.fail(new Error('the database is gone'))
    await journal.whenStreams(0)
    journal.append(2)
    journal.mend()
    expect((await events.next()).value).toEqual({ data: { counted: { n: 2 } } })
  })

  test('a refused cursor ends the subscription with the subgraph’s own code', async () => {
    await expect(count('bad').next()).rejects.toEqual([
      { message: 'Not a cursor of this stream.', path: ['counted'], extensions: { code: 'INVALID_CURSOR' } },
    ])
  })
})
