import { setImmediate as turn } from 'node:timers/promises'
import { parse } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Actor } from '../auth/actor.ts'
import { createTokenVerifier } from '../auth/verify.ts'
import { type FixedClock, fixedClock } from '../clock.ts'
import { correlationId } from '../correlation.ts'
import { createLog } from '../log.ts'
import { parseSigningKeys } from '../signature/keys.ts'
import { type SignOptions, signRequest } from '../signature/sign.ts'
import { createSignatureVerifier } from '../signature/verify.ts'
import { READER, startIssuer, type TestIssuer } from './issuer.fixture.ts'
import { PushSource } from './push-source.fixture.ts'
import type { RequestInfo } from './request-info.ts'
import { createSubgraphServer, type SubgraphServer, type SubgraphServerOptions } from './subgraph-server.ts'

export type TestContext = RequestInfo & { readonly serial: number }

export const KEYS = parseSigningKeys(`test:${'k'.repeat(32)}`)

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@policy"])
  type Query {
    hello: String
    me: String @authenticated
    correlationIds: [String]
    slow: String
    broken: String
  }
  type Book @key(fields: "id") @policy(policies: [["owner"]]) { id: ID! owner: String }
  type Subscription { sold: Sale @authenticated quiet(first: Int): Sale leaky: Sale }
  type Sale { title: String request: Int correlationId: String }
`)

/** What happened inside the server, for tests to wait for. */
class Inside {
  sales = new PushSource<{ title: string }>()
  /** The sources of the next `quiet` subscriptions; then `sales` again. */
  readonly quiet: PushSource<{ title: string }>[] = []
  /** Resolved by a test to let `slow` answer. */
  release = Promise.withResolvers<string>()
  /** Resolves when `slow` is being worked on. */
  readonly slowBegan = Promise.withResolvers<void>()
  readonly slowAborted = Promise.withResolvers<void>()
  readonly lines: string[] = []
}

const resolversOf = (inside: Inside) => ({
  Query: {
    hello: () => 'hello',
    me: (_parent: unknown, _args: unknown, { actor }: TestContext) => actor.subject,
    correlationIds: async (_parent: unknown, _args: unknown, context: TestContext) => {
      await turn()
      return [context.correlationId, correlationId()]
    },
    slow: (_parent: unknown, _args: unknown, { signal }: TestContext) => {
      inside.slowBegan.resolve()
      signal.addEventListener('abort', () => inside.slowAborted.resolve())
      return inside.release.promise
    },
    broken: () => {
      throw new Error('relation "card" does not exist')
    },
  },
  Book: { __resolveReference: ({ id }: { id: string }) => ({ id, owner: READER }) },
  Subscription: {
    sold: { subscribe: () => inside.sales, resolve: (event: unknown) => event },
    quiet: { subscribe: () => inside.quiet.shift() ?? inside.sales, resolve: (event: unknown) => event },
    leaky: {
      subscribe: () => {
        throw new Error('relation "sale" does not exist')
      },
    },
  },
  Sale: {
    request: (_parent: unknown, _args: unknown, { serial }: TestContext) => serial,
    correlationId: () => correlationId(),
  },
})

type CallOptions = {
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Signs something else than what is sent. */
  readonly sign?: Partial<SignOptions>
  readonly variables?: object
}

/** A running subgraph with its issuer, and clients that sign as the gateway does. */
export class TestSubgraph implements AsyncDisposable {
  readonly clock: FixedClock = fixedClock(new Date('2026-11-21T12:00:00Z'))
  readonly inside = new Inside()
  readonly #resources = new AsyncDisposableStack()
  #issuer: TestIssuer | undefined
  #server: SubgraphServer | undefined
  #url = ''

  async start(options: Partial<SubgraphServerOptions<TestContext>> = {}): Promise<this> {
    const { clock, inside } = this
    const issuer = this.#resources.use(await startIssuer())
    this.#issuer = issuer
    let serial = 0
    const server = createSubgraphServer<TestContext>({
      name: 'test',
      typeDefs,
      resolvers: resolversOf(inside),
      context: (request) => ({ ...request, serial: ++serial }),
      policies: { owner: (actor: Actor, object) => (object as { owner: string }).owner === actor.userId },
      verifier: createTokenVerifier({
        jwksUrl: issuer.jwksUrl,
        issuer: 'issuer',
        audience: 'graph',
        algorithms: ['ES256'],
        clock,
        leeway_s: 0,
      }),
      signature: createSignatureVerifier({ keys: KEYS, clock }),
      log: createLog({ service: 'test', destination: { write: (line) => void inside.lines.push(line) } }),
      clock,
      port: 0,
      host: '127.0.0.1',
      readiness: {},
      ...options,
    })
    this.#server = server
    this.#resources.defer(() => server.stop())
    this.#url = (await server.start()).url
    return this
  }

  get url(): URL {
    return new URL(this.#url)
  }

  stop(): Promise<void> {
    return this.#server?.stop() ?? Promise.resolve()
  }

  token(claims = {}): Promise<string> {
    if (this.#issuer === undefined) throw new Error('not started')
    return this.#issuer.token(this.clock(), claims)
  }

  sign(request: Partial<SignOptions> = {}): string {
    return signRequest({ keys: KEYS, method: 'POST', path: '/graphql', body: '', now: this.clock(), ...request })
  }

  /** Posts an operation, signed as the gateway signs. */
  post(query: string, { token, headers = {}, sign = {}, variables }: CallOptions = {}): Promise<Response> {
    const body = JSON.stringify({ query, variables })
    return fetch(this.#url, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-carriergraph-signature': this.sign({ body, ...sign }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    })
  }

  async ask(query: string, options: CallOptions = {}) {
    const response = await this.post(query, options)
    return { status: response.status, ...((await response.json()) as { data?: unknown; errors?: TestError[] }) }
  }

  get webSocketUrl(): string {
    return this.#url.replace('http:', 'ws:')
  }

  /** A graphql-ws client whose upgrade is signed; each subscribe message still brings its own headers. */
  live(onClosed: (event: unknown) => void = () => undefined): Client {
    const upgrade = { headers: { 'x-carriergraph-signature': this.sign({ method: 'GET' }) } }
    class SignedWebSocket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, upgrade)
      }
    }
    const client = createClient({
      url: this.webSocketUrl,
      webSocketImpl: SignedWebSocket,
      // Opens at once and stays, also while nothing is subscribed.
      lazy: false,
      onNonLazyError: () => undefined,
      retryAttempts: 0,
      on: { closed: onClosed },
    })
    this.#resources.defer(() => Promise.resolve(client.dispose()))
    return client
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync()
  }
}

export type TestError = { message: string; path?: unknown; extensions: Record<string, unknown> }
