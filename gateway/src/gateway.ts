import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { within } from '@carriergraph/shared/server/in-flight.ts'
import { listen } from '@carriergraph/shared/server/listen.ts'
import { type Core, type CoreOptions, createCore } from './core.ts'
import { createAdminHandler } from './http/admin.ts'
import { originRule } from './http/cors.ts'
import { createGraphqlHandler } from './http/graphql.ts'
import { createReadinessCheck } from './http/readiness.ts'
import { createRoutes } from './http/routes.ts'
import { createLiveDoor } from './live/door.ts'
import type { LoadedSupergraph } from './supergraph/load.ts'

/** Where queries, mutations and subscriptions are answered, over HTTP and WebSocket. */
export const GRAPHQL_PATH = '/graphql'

export interface GatewayOptions extends CoreOptions {
  /** 0 lets the system choose. */
  readonly port: number
  readonly host: string
  /** Origins whose pages may use the graph; `*` for all. */
  readonly allowedOrigins: readonly string[]
  readonly playground: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Forgets the answers that all processes keep; those of this one unless given. Rejects when it cannot be sure of that. */
  readonly purgeCaches?: () => Promise<void>
}

export interface Gateway {
  /** Throws a StartupFault, for instance when the port is in use. */
  start(): Promise<{ readonly url: string; readonly port: number }>
  /** Serves another supergraph; nothing that has begun is dropped. */
  serve(supergraph: LoadedSupergraph): Promise<void>
  /** Plans the operations of documents ahead, behind those that clients ask for. */
  warmUp(queries: readonly string[]): Promise<void>
  /** Puts other registered documents in force. */
  readonly register: Core['register']
  readonly degradeRules: Core['degradeRules']
  /** Forgets the answers that this process keeps. */
  readonly purgeCache: Core['purgeCache']
  /** Takes no more work, finishes what is under way, and lets go of the subgraphs. */
  stop(): Promise<void>
}

/** Longer than load balancers keep an idle connection: who closes first must be the one who sends. */
const KEEP_ALIVE_MS = 65_000
/** How long a request may take to arrive. */
const RECEIVE_MS_MAX = 30_000

/** One graph at one URL, in front of the subgraphs of a supergraph. */
export function createGateway(options: GatewayOptions): Gateway {
  const { limits, playground, log } = options
  const core = createCore(options)
  const { graph } = core
  const allowOrigin = originRule(options.allowedOrigins)
  const door = createLiveDoor({ ...options, ...core, allowOrigin, path: GRAPHQL_PATH })
  options.telemetry?.watch({
    documents: () => graph().documents.recent().length,
    sockets: door.sockets,
    subscriptions: door.subscriptions,
    upgrades: door.upgrades,
    socketsClosed: door.closed,
    counts: core.counts,
    planning: core.planning,
    cacheFailures: core.cacheFailures,
    clients: () => graph().subgraphs.clients,
    upstreams: () => graph().subgraphs.upstreams,
  })
  let stopping: Promise<void> | undefined
  const routes = createRoutes({
    ...core,
    allowOrigin,
    graphqlPath: GRAPHQL_PATH,
    graphql: createGraphqlHandler({ ...core, ...limits, streams: door.http, telemetry: options.telemetry }),
    readiness: createReadinessCheck({
      subgraphs: () => graph().subgraphs.clients,
      tokens: () => options.tokens.ready(),
      isDraining: () => stopping !== undefined,
    }),
    admin: createAdminHandler({ ...core, purgeCache: options.purgeCaches ?? core.purgeCache, log }),
    playground,
    log,
  })
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: RECEIVE_MS_MAX, shouldUpgradeCallback: wantsWebSocket },
    routes,
  )
  server.setTimeout(limits.stall_ms_max)
  server.on('upgrade', door.upgrade)

  async function drain(): Promise<void> {
    // A client that keeps its connection would keep it until the deadline.
    server.keepAliveTimeout = 1
    server.keepAliveTimeoutBuffer = 0
    const closed = new Promise((resolve) => server.close(resolve))
    const expires_ms = performance.now() + limits.drain_ms_max
    await door.close(limits.drain_ms_max)
    if (!(await within(closed, Math.max(expires_ms - performance.now(), 0)))) server.closeAllConnections()
    await closed
    await core.close()
  }

  return {
    async start() {
      const { host } = options
      const port = await listen(server, options.port, host)
      return { port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${GRAPHQL_PATH}` }
    },
    serve: core.serve,
    warmUp: core.warmUp,
    register: core.register,
    degradeRules: core.degradeRules,
    purgeCache: core.purgeCache,
    stop() {
      stopping ??= drain()
      return stopping
    },
  }
}

/** Some clients offer HTTP/2 with every request (`upgrade: h2c`), and are content with an answer by what they spoke. */
const wantsWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket'
