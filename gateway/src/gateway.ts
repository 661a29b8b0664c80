import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { TokenVerifier } from '@carriergraph/shared/auth/verify.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import { listen } from '@carriergraph/shared/server/listen.ts'
import type { SigningKeys } from '@carriergraph/shared/signature/keys.ts'
import { createAuthorizer } from './authorize/authorize.ts'
import { createErrorPresenter } from './errors/present.ts'
import { createExecutor } from './executor/executor.ts'
import { executeThrough, startApollo } from './http/apollo.ts'
import { originRule } from './http/cors.ts'
import { createGraphqlHandler } from './http/graphql.ts'
import { createHandler } from './http/handler.ts'
import { createReadinessCheck } from './http/readiness.ts'
import type { GatewayLimits } from './limits/limits.ts'
import { operationSizeRule } from './limits/operation-size.ts'
import { createLiveDoor } from './live/door.ts'
import { Upstream } from './live/upstream.ts'
import { createApolloPlanner } from './planner/apollo-planner.ts'
import { createCaller } from './subgraphs/caller.ts'
import { createSubgraphClient, type SubgraphClient } from './subgraphs/client.ts'
import { createSigner } from './subgraphs/signer.ts'
import type { LoadedSupergraph } from './supergraph/load.ts'

/** Where queries, mutations and subscriptions are answered, over HTTP and WebSocket. */
export const GRAPHQL_PATH = '/graphql'

export interface GatewayOptions {
  /** 0 lets the system choose. */
  readonly port: number
  readonly host: string
  readonly supergraph: LoadedSupergraph
  /** Replaces the URLs that the supergraph gives its subgraphs. */
  readonly subgraphUrls: ReadonlyMap<string, string>
  readonly signingKeys: SigningKeys
  readonly tokens: TokenVerifier
  readonly limits: GatewayLimits
  /** Off in production: then nobody is told what the graph looks like. */
  readonly introspection: boolean
  /** Origins whose pages may use the graph; `*` for all. */
  readonly allowedOrigins: readonly string[]
  readonly playground: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
}

export interface Gateway {
  /** Throws a StartupFault, for instance when the port is in use. */
  start(): Promise<{ readonly url: string; readonly port: number }>
  /** Takes no more work, finishes what is under way, and lets go of the subgraphs. */
  stop(): Promise<void>
}

/** Longer than load balancers keep an idle connection: who closes first must be the one who sends. */
const KEEP_ALIVE_MS = 65_000
/** How long a request may take to arrive. */
const RECEIVE_MS_MAX = 30_000
/** How long requests in flight may take to finish once the gateway stops. */
const DRAIN_MS_MAX = 10_000

/** One graph at one URL, in front of the subgraphs of a supergraph. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { supergraph, tokens, limits, playground, log } = options
  const { clients, upstreams } = connectSubgraphs(options)
  const planner = createApolloPlanner(supergraph.supergraph)
  const shared = {
    planner,
    executor: createExecutor(supergraph, planner),
    callerOf: createCaller(clients),
    authorizer: createAuthorizer(supergraph.apiSchema, supergraph.authorization),
    authenticate: authenticatorOf(tokens, log),
    allowOrigin: originRule(options.allowedOrigins),
    rules: [operationSizeRule(limits.operation)],
    format: createErrorPresenter(log),
  }
  const apollo = await startApollo({ ...options, ...shared, tokens_max: limits.tokens_max })
  const door = createLiveDoor({
    ...options,
    ...shared,
    path: GRAPHQL_PATH,
    upstreams,
    executeOperation: (request, context) => executeThrough(apollo, request, context),
  })
  let stopping: Promise<void> | undefined
  const handler = createHandler({
    ...shared,
    graphqlPath: GRAPHQL_PATH,
    graphql: createGraphqlHandler({ ...shared, apollo, body_bytes_max: limits.body_bytes_max }),
    readiness: createReadinessCheck(clients, () => stopping !== undefined),
    playground,
    log,
  })
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: RECEIVE_MS_MAX }, handler)
  server.on('upgrade', door.upgrade)

  async function drain(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve))
    await door.close()
    if (!(await within(closed, DRAIN_MS_MAX))) server.closeAllConnections()
    await closed
    await apollo.stop()
    for (const upstream of upstreams.values()) upstream.close()
    await Promise.all(clients.map((client) => client.close()))
  }

  return {
    async start() {
      const { host } = options
      const port = await listen(server, options.port, host)
      return { port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${GRAPHQL_PATH}` }
    },
    stop() {
      stopping ??= drain()
      return stopping
    },
  }
}

/** An issuer whose keys cannot be fetched signs nobody in, and only the log can say why. */
const authenticatorOf =
  (tokens: TokenVerifier, log: Log) =>
  async (authorization: string | undefined): Promise<Actor> => {
    try {
      return await tokens.verify(authorization)
    } catch (error) {
      if (error instanceof Refusal && error.code === 'SERVICE_UNAVAILABLE')
        log.warn({ err: error.cause }, 'tokens cannot be verified')
      throw error
    }
  }

interface ConnectedSubgraphs {
  readonly clients: readonly SubgraphClient[]
  readonly upstreams: ReadonlyMap<string, Upstream>
}

function connectSubgraphs(options: GatewayOptions): ConnectedSubgraphs {
  const { supergraph, subgraphUrls, signingKeys, clock, limits, random, log } = options
  const sign = createSigner(signingKeys, clock)
  const clients: SubgraphClient[] = []
  const upstreams = new Map<string, Upstream>()
  for (const [name, composedUrl] of supergraph.subgraphUrls) {
    const url = new URL(subgraphUrls.get(name) ?? composedUrl)
    clients.push(createSubgraphClient({ name, url, sign, limits: limits.subgraph, log }))
    const upstream = new Upstream({
      subgraph: name,
      url: url.href.replace(/^http/, 'ws'),
      headers: () => sign('GET', url.pathname + url.search, ''),
      limits: limits.upstream,
      random,
      log,
    })
    upstreams.set(name, upstream)
  }
  return { clients, upstreams }
}
