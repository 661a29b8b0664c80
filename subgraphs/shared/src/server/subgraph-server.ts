import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph'
import type { DocumentNode } from 'graphql'
import type { TokenVerifier } from '../auth/verify.ts'
import type { Policies } from '../authorize/check.ts'
import { enforceAuthorization } from '../authorize/enforce.ts'
import { type Clock, systemClock } from '../clock.ts'
import { createErrorFormatter } from '../edge-errors.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import type { SignatureVerifier } from '../signature/verify.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { createAnswerCall } from './answer.ts'
import { createApollo } from './apollo.ts'
import { sendError } from './errors.ts'
import { createHealth, type ReadinessChecks } from './health.ts'
import { createHttpDoor } from './http.ts'
import { InFlight, within } from './in-flight.ts'
import { SERVER_LIMITS, type ServerLimits } from './limits.ts'
import { listen, listenOnSocket } from './listen.ts'
import { createLiveDoor } from './live.ts'
import { createMultiplexDoor } from './multiplex/door.ts'
import { createRespond } from './multiplex/respond.ts'
import { SERVER_REFUSALS } from './refusals.ts'
import type { ContextFactory, RequestContext } from './request-info.ts'
import { createRequestTelemetry } from './request-telemetry.ts'
import { createUpgradeHandler } from './upgrade.ts'

export type SubgraphServerOptions<Context extends RequestContext> = {
  readonly name: string
  readonly typeDefs: DocumentNode
  /** The generated `Resolvers` type; the subgraph library's own type is narrower than what it accepts. */
  readonly resolvers: Readonly<Record<string, unknown>>
  readonly context: ContextFactory<Context>
  /** One function for each name that the SDL gives to `@policy`. */
  readonly policies: Policies<Context>
  readonly verifier: TokenVerifier
  readonly signature: SignatureVerifier
  readonly log: Log
  /** 0 lets the system choose. */
  readonly port: number
  readonly host: string
  /** A unix socket to listen on as well, for a gateway on the same machine. */
  readonly socketPath?: string | undefined
  readonly readiness: ReadinessChecks
  readonly limits?: Partial<ServerLimits>
  readonly clock?: Clock
  readonly telemetry?: Telemetry
}

export type SubgraphServer = {
  /** @throws StartupFault, for instance when the port is in use */
  start(): Promise<{ readonly url: string; readonly port: number }>
  /**
   * In this order: not ready and no new work, sockets closed with 1012, requests in flight finished or, at the
   * deadline, dropped, port and socket closed. Calling it again waits for the same end.
   */
  stop(): Promise<void>
}

const GRAPHQL_PATH = '/graphql'

/**
 * A subgraph on one port, and on one socket if wanted: `POST /graphql`; on the same path, by upgrade, graphql-ws and many calls on one
 * connection; `/health/live` and `/health/ready`. Operations are taken from signed callers only.
 * @throws StartupFault when the SDL names a policy without a function, or has an access directive that nothing enforces
 */
export function createSubgraphServer<Context extends RequestContext>(
  options: SubgraphServerOptions<Context>,
): SubgraphServer {
  const { name, log, signature, clock = systemClock, policies, port, host, socketPath } = options
  const limits = { ...SERVER_LIMITS, ...options.limits }
  const resolvers = options.resolvers as GraphQLResolverMap<Context>
  const schema = enforceAuthorization(buildSubgraphSchema([{ typeDefs: options.typeDefs, resolvers }]), policies)
  const format = createErrorFormatter(log)
  let stopping: Promise<void> | undefined
  const isDraining = () => stopping !== undefined
  const requests = new InFlight()
  const streams = new InFlight()
  const telemetry = createRequestTelemetry(options.telemetry ?? {}, () => streams.count)
  const apollo = createApollo<Context>(schema, format, log, telemetry && [telemetry.plugin])
  const stopped = new AbortController()

  const shared = { ...options, ...limits, schema, format, clock, isDraining, telemetry }
  const health = createHealth({ checks: options.readiness, isDraining, log, check_ms_max: limits.readiness_ms_max })
  const answer = createAnswerCall({ ...shared, apollo, stopped: stopped.signal })
  const post = createHttpDoor({ ...shared, answer })
  const multiplex = createMultiplexDoor({
    respond: createRespond({ ...shared, answer }),
    begin: () => requests.begin(),
  })
  const live = createLiveDoor({ ...shared, open: streams })

  function route(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (health.handle(path, response)) return
    const code = path !== GRAPHQL_PATH ? 'NOT_FOUND' : isDraining() ? 'SERVICE_UNAVAILABLE' : undefined
    if (code !== undefined) sendError(response, new Refusal(code, SERVER_REFUSALS[code]), format)
    else {
      response.once('close', requests.begin())
      void post(request, response)
    }
  }

  const upgrade = createUpgradeHandler({ live, multiplex, signature, format, graphqlPath: GRAPHQL_PATH, isDraining })
  const createDoor = (): Server =>
    createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: RECEIVE_MS_MAX }, route).on('upgrade', upgrade)
  const http = createDoor()
  const local = createDoor()

  async function drain(): Promise<void> {
    log.info({ requests: requests.count, streams: streams.count }, `${name} is stopping`)
    multiplex.leave()
    const [, finished] = await Promise.all([live.close(limits.drain_ms_max), requests.idle(limits.drain_ms_max)])
    if (!finished) log.warn({ requests: requests.count }, 'requests were still in flight at the deadline')
    stopped.abort()
    await multiplex.close(finished ? LAST_BYTES_MS_MAX : 0)
    await Promise.all([close(http), close(local)])
    await apollo.stop()
  }

  async function close(door: Server): Promise<void> {
    if (!door.listening) return
    const closed = new Promise((resolve) => door.close(resolve))
    door.closeIdleConnections()
    if (requests.count > 0 || !(await within(closed, LAST_BYTES_MS_MAX))) door.closeAllConnections()
    await closed
  }

  return {
    async start() {
      await apollo.start()
      const listening = await listen(http, port, host)
      if (socketPath !== undefined) await listenOnSocket(local, socketPath)
      return { port: listening, url: `http://${host.includes(':') ? `[${host}]` : host}:${listening}${GRAPHQL_PATH}` }
    },
    stop() {
      stopping ??= drain()
      return stopping
    },
  }
}

/** Longer than the gateway's pool keeps an idle connection: who closes first must be the one who sends. */
const KEEP_ALIVE_MS = 65_000
/** How long a request may take to arrive. */
const RECEIVE_MS_MAX = 30_000
/** For an answer that is written but not yet sent when everything else has ended. */
const LAST_BYTES_MS_MAX = 1_000
