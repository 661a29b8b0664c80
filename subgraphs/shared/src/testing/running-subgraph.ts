import type { GraphQLFormattedError } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { migrate } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import { createLog } from '../log.ts'
import { startIssuer, type TestIssuer } from '../server/issuer.fixture.ts'
import type { RequestContext } from '../server/request-info.ts'
import type { SubgraphSettings } from '../service/settings.ts'
import { createSubgraphService, type SubgraphDefinition } from '../service/subgraph-service.ts'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import { parseSigningKeys } from '../signature/keys.ts'
import { ACTOR_HEADER, encodeServiceActor } from '../signature/service-actor.ts'
import { signRequest } from '../signature/sign.ts'
import { createTestDatabase } from './database.ts'

const KEYS = parseSigningKeys(`test:${'k'.repeat(32)}`)

/** Who asks. `service` asks under a signed actor line, the others with a token; null is nobody. */
export type Caller =
  | { readonly operator: true; readonly subject?: Id<'usr'>; readonly tenant?: string; readonly scopes?: string }
  | { readonly customer: Id<'usr'>; readonly tenant?: string; readonly scopes?: string }
  | { readonly service: string; readonly tenant?: string }
  | null

export type TestAnswer = {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads deep into data whose shape its own query gives
  readonly data?: any
  readonly errors?: readonly {
    message: string
    path?: readonly (string | number)[]
    extensions: Record<string, unknown>
  }[]
}

/** A subgraph that runs as it does in production, in this process, on databases of its own. */
export type RunningSubgraph = AsyncDisposable & {
  readonly url: string
  /** For looking at rows, as the service itself sees them. */
  readonly database: Database
  ask(caller: Caller, query: string, variables?: Record<string, unknown>): Promise<TestAnswer>
  /** A graphql-ws client for that caller. */
  live(caller: Caller): Promise<Live>
}

export type Live = {
  /** Resolves when the stream stands, so that no event which is caused from here on is missed; or with its refusal. */
  open(query: string, variables?: Record<string, unknown>): Promise<TestStream>
}

export type TestStream = AsyncIterableIterator<TestAnswer, undefined>

const SCOPES = ['network', 'billing', 'payments', 'risk'].flatMap((name) => [`${name}:read`, `${name}:write`]).join(' ')

/** Migrates a template once per test run, clones it, and starts the service on it. */
export async function runSubgraph<Context extends RequestContext>(
  definition: SubgraphDefinition<Context>,
  { clock }: { clock: Clock },
): Promise<RunningSubgraph> {
  const resources = new AsyncDisposableStack()
  const { name, migrationsFolder } = definition
  const own = resources.use(await createTestDatabase({ name, migrate: (url) => migrate({ url, migrationsFolder }) }))
  const bus = resources.use(await createTestDatabase({ name: 'bus' }))
  const issuer = resources.use(await startIssuer())
  const settings: SubgraphSettings = {
    PORT: 0,
    HOST: '127.0.0.1',
    DATABASE_URL: own.url,
    EVENT_BUS_URL: bus.url,
    SIGNING_KEYS: KEYS,
    JWKS_URL: issuer.jwksUrl,
    JWT_ISSUER: 'issuer',
    JWT_AUDIENCE: 'graph',
    LOG_LEVEL: 'silent',
  }
  const log = createLog({ service: name, level: 'silent' })
  const { server } = await createSubgraphService(definition, settings, resources, { clock, log })
  resources.defer(() => server.stop())
  const { url } = await server.start()
  const database = openDatabase({ url: own.url, applicationName: `${name} test`, log })
  resources.defer(() => database.close({ timeout_s: 1 }))
  const caller = new TestCaller(url, issuer, clock)
  return {
    url,
    database,
    ask: (...question) => caller.ask(...question),
    live: async (as) => {
      const { client, live } = await caller.live(as)
      resources.defer(() => Promise.resolve(client.dispose()))
      return live
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

/** Speaks to a subgraph as the gateway, or another service, does. */
class TestCaller {
  readonly #url: string
  readonly #issuer: TestIssuer
  readonly #clock: Clock

  constructor(url: string, issuer: TestIssuer, clock: Clock) {
    this.#url = url
    this.#issuer = issuer
    this.#clock = clock
  }

  async ask(caller: Caller, query: string, variables: Record<string, unknown> = {}): Promise<TestAnswer> {
    const body = JSON.stringify({ query, variables })
    const identity = await this.#identityOf(caller)
    const actor = identity[ACTOR_HEADER] ?? ''
    const signature = signRequest({ keys: KEYS, method: 'POST', path: '/graphql', body, actor, now: this.#clock() })
    const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature, ...identity }
    const response = await fetch(this.#url, { method: 'POST', body, headers })
    return { status: response.status, ...((await response.json()) as Omit<TestAnswer, 'status'>) }
  }

  async live(caller: Caller): Promise<{ client: Client; live: Live }> {
    const headers = await this.#identityOf(caller)
    const upgrade = () => ({
      [SIGNATURE_HEADER]: signRequest({ keys: KEYS, method: 'GET', path: '/graphql', body: '', now: this.#clock() }),
    })
    class SignedWebSocket extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: upgrade() })
      }
    }
    const client = createClient({
      url: this.#url.replace('http', 'ws'),
      webSocketImpl: SignedWebSocket,
      retryAttempts: 0,
    })
    const open = async (query: string, variables: Record<string, unknown> = {}) => {
      const events = client.iterate({ query, variables, extensions: { headers, startCursor: true } })
      const first = await events.next()
      return first.value?.extensions?.startCursor === undefined ? continued(first, events) : continued(null, events)
    }
    return { client, live: { open } }
  }

  async #identityOf(caller: Caller): Promise<Record<string, string>> {
    if (caller === null) return {}
    const { tenant = 'demo' } = caller
    if ('service' in caller)
      return { [ACTOR_HEADER]: encodeServiceActor({ name: caller.service, tenant, scopes: SCOPES.split(' ') }) }
    const claims =
      'customer' in caller
        ? { sub: caller.customer, roles: ['customer'], scope: caller.scopes ?? SCOPES, tenant }
        : { ...subjectOf(caller), roles: ['operator'], scope: caller.scopes ?? SCOPES, tenant }
    return { authorization: `Bearer ${await this.#issuer.token(this.#clock(), claims)}` }
  }
}

const subjectOf = ({ subject }: { readonly subject?: Id<'usr'> }) => subject && { sub: subject }

type Frames = ReturnType<Client['iterate']>
type Frame = Awaited<ReturnType<Frames['next']>>

/** The stream as a test sees it: `first`, unless it was the frame that only says where the stream begins, and the rest. */
function continued(first: Frame | null, frames: Frames): TestStream {
  let pending = first
  return {
    async next() {
      const { done, value } = pending ?? (await frames.next())
      pending = null
      return done ? { done, value: undefined } : { done: false, value: answerOf(value) }
    },
    async return() {
      await frames.return?.()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const answerOf = ({
  data,
  errors,
}: {
  data?: unknown
  errors?: readonly GraphQLFormattedError[] | undefined
}): TestAnswer => ({
  status: 200,
  data,
  ...(errors && {
    errors: errors.map(({ extensions = {}, ...error }) => ({ ...error, extensions: { ...extensions } })),
  }),
})
