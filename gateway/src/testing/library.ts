import { type Clock, systemClock } from '@carriergraph/shared/clock.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { type Client, createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { ClientAddress } from '../admission/client-address.ts'
import type { Gate } from '../admission/gate.ts'
import type { CacheStore } from '../caching/cache-store.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../gateway.ts'
import { DEFAULT_LIMITS, type GatewayLimits } from '../limits/limits.ts'
import type { PersistedDocuments } from '../persisted/resolve.ts'
import { loadSupergraph } from '../supergraph/load.ts'
import { ToyJournal } from './journal.ts'
import { TOY_KEYS } from './keys.ts'
import {
  authorsSubgraph,
  booksSubgraph,
  compose,
  type Lent,
  reviewsSubgraph,
  type ToySubgraphDefinition,
} from './library-graph.ts'
import { startToySubgraph, type ToySubgraph, type ToySubgraphOptions } from './subgraph-server.ts'
import { startTokenIssuer, type TokenIssuer } from './tokens.ts'

export interface LibraryOptions {
  readonly limits?: Partial<GatewayLimits>
  readonly persisted?: PersistedDocuments
  readonly gate?: Gate
  readonly clientAddress?: ClientAddress
  readonly introspection?: boolean
  readonly allowedOrigins?: readonly string[]
  /** What its subgraphs are, instead of books, authors and reviews. */
  readonly definitions?: Readonly<Record<string, ToySubgraphDefinition>>
  /** Of the gateway and the subgraphs, but not of tokens. */
  readonly clock?: Clock
  readonly cacheStore?: CacheStore
  /** Where the books subgraph already runs; otherwise one is started. */
  readonly booksUrl?: string
  readonly subgraphUrls?: GatewayOptions['subgraphUrls']
  readonly subgraphHeaders?: readonly string[]
  /** Watches the gateway, and where it writes its log. */
  readonly telemetry?: GatewayOptions['telemetry']
  readonly log?: GatewayOptions['log']
  readonly intercept?: { readonly [subgraph: string]: ToySubgraphOptions['intercept'] }
}

export interface GraphqlRequest {
  readonly query: string
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
  readonly headers?: Record<string, string>
}

/** A gateway in front of the three subgraphs of the toy library, all of it on loopback ports. */
export interface Library {
  readonly url: string
  /** The composed supergraph. */
  readonly sdl: string
  /** With which its gateway was made. */
  readonly options: GatewayOptions
  readonly gateway: Gateway
  readonly journal: ToyJournal<Lent>
  readonly issuer: TokenIssuer
  readonly subgraphs: ReadonlyMap<string, ToySubgraph>
  /** POST /graphql. */
  post(request: GraphqlRequest): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>
  /** A graphql-ws client that does not reconnect; it is disposed of with the library. */
  socket(options?: { readonly authorization?: string; readonly origin?: string }): Client
  close(): Promise<void>
}

export const FAST_UPSTREAM: GatewayLimits['upstream'] = {
  ...DEFAULT_LIMITS.upstream,
  backoff: { first_ms: 20, ms_max: 100 },
}

export async function startLibrary(options: LibraryOptions = {}): Promise<Library> {
  const journal = new ToyJournal<Lent>()
  const issuer = await startTokenIssuer()
  const { clock = systemClock, cacheStore } = options
  const definitions = options.definitions ?? {
    books: booksSubgraph(journal),
    authors: authorsSubgraph(),
    reviews: reviewsSubgraph(),
  }
  const subgraphs = new Map<string, ToySubgraph>()
  const composed: { name: string; url: string; typeDefs: string }[] = []
  for (const [name, definition] of Object.entries(definitions)) {
    const intercept = options.intercept?.[name]
    const isElsewhere = name === 'books' && options.booksUrl !== undefined
    if (!isElsewhere)
      subgraphs.set(name, await startToySubgraph({ ...definition, clock, ...(intercept && { intercept }) }))
    composed.push({ name, typeDefs: definition.typeDefs, url: subgraphs.get(name)?.url ?? options.booksUrl ?? '' })
  }
  const sdl = compose(composed)
  const gatewayOptions: GatewayOptions = {
    port: 0,
    host: '127.0.0.1',
    supergraph: loadSupergraph(sdl),
    subgraphUrls: options.subgraphUrls ?? new Map(),
    signingKeys: TOY_KEYS,
    tokens: issuer.verifier,
    limits: { ...DEFAULT_LIMITS, upstream: FAST_UPSTREAM, ...options.limits },
    ...(options.subgraphHeaders && { subgraphHeaders: options.subgraphHeaders }),
    ...(options.persisted && { persisted: options.persisted }),
    ...(options.gate && { gate: options.gate }),
    ...(options.clientAddress && { clientAddress: options.clientAddress }),
    introspection: options.introspection ?? true,
    allowedOrigins: options.allowedOrigins ?? ['*'],
    playground: () => false,
    clock,
    ...(cacheStore && { cacheStore }),
    random: Math.random,
    log: options.log ?? createLog({ service: 'gateway', level: 'silent' }),
    telemetry: options.telemetry,
  }
  const gateway = createGateway(gatewayOptions)
  const { url } = await gateway.start()
  const clients: Client[] = []
  const closed: Promise<unknown>[] = []
  return {
    url,
    sdl,
    options: gatewayOptions,
    gateway,
    journal,
    issuer,
    subgraphs,
    async post({ query, variables, operationName, headers }) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
        body: JSON.stringify({ query, variables, operationName }),
      })
      return { status: response.status, headers: response.headers, body: await response.json() }
    },
    socket({ authorization, origin } = {}) {
      const client = createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: origin === undefined ? WebSocket : webSocketFrom(origin),
        retryAttempts: 0,
        ...(authorization !== undefined && { connectionParams: { authorization } }),
      })
      clients.push(client)
      client.on('opened', () => closed.push(new Promise((resolve) => client.on('closed', resolve))))
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.dispose()))
      // Streams that are left then are told that the gateway stops, which is for nobody to hear any more.
      await Promise.all(closed)
      await gateway.stop()
      await Promise.all([issuer.close(), ...[...subgraphs.values()].map((subgraph) => subgraph.close())])
    },
  }
}

/** What a browser does by itself. */
const webSocketFrom = (origin: string) =>
  class extends WebSocket {
    constructor(address: string | URL, protocols?: string | string[]) {
      super(address, protocols, { origin })
    }
  }
