import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { ClientAddress } from '../admission/client-address.ts'
import type { Gate } from '../admission/gate.ts'
import type { Graph } from '../graph/graph.ts'
import type { GatewayLimits } from '../limits/limits.ts'
import type { ResolveDocument } from '../persisted/automatic.ts'
import type { HeaderReader } from '../subgraphs/forwarded-headers.ts'
import type { TraceReader } from '../subgraphs/trace-context.ts'
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts'
import { createGraphqlWs } from './graphql-ws/graphql-ws.ts'
import { createHttpStreams, type HttpStreams } from './http/http-streams.ts'
import { createLiveOperations } from './operations.ts'
import { SharedStreams } from './streams/shared-streams.ts'
import type { StreamCounts } from './streams/stream-counts.ts'
import { createWebSocketDoor, type WebSocketDoor } from './websocket.ts'

export interface LiveDoorOptions {
  readonly path: string
  readonly graph: () => Graph
  readonly resolveDocument: ResolveDocument
  readonly gate: Gate
  readonly clientAddress: ClientAddress
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  readonly readHeaders: HeaderReader
  readonly readTrace: TraceReader
  readonly allowOrigin: (origin: string | undefined) => boolean
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly log: Log
  readonly telemetry?: Pick<GatewayTelemetry, 'begin' | 'published'> | undefined
}

export interface LiveDoor extends Omit<WebSocketDoor, 'goAway' | 'close'> {
  /** For requests that accept a stream of answers. */
  readonly http: HttpStreams
  readonly subscriptions: StreamCounts
  /** Takes nothing new, finishes what is being answered, for `drain_ms_max` at most, and closes streams and sockets. */
  close(drain_ms_max: number): Promise<void>
}

/** The live path of the graph: subscriptions, and queries and mutations beside them, in every protocol. */
export function createLiveDoor(options: LiveDoorOptions): LiveDoor {
  const { graph, limits, clock, log, telemetry } = options
  const streams = new SharedStreams({ limits: limits.stream, clock, log, published: telemetry?.published })
  const operations = createLiveOperations({ graph, streams, telemetry })
  const http = createHttpStreams({ ...options, operations, limits: limits.httpStream })
  const door = createWebSocketDoor({
    ...options,
    limits: limits.websocket,
    accept: createGraphqlWs({ ...options, operations, limits: limits.graphqlWs }),
    onFault: (error) => log.warn({ err: error }, 'a client socket failed'),
  })
  return {
    http,
    subscriptions: streams.counts,
    sockets: door.sockets,
    upgrades: door.upgrades,
    closed: door.closed,
    upgrade: door.upgrade,
    async close(drain_ms_max) {
      operations.goAway()
      http.goAway()
      door.goAway()
      const { inFlight } = operations
      if (!(await inFlight.idle(drain_ms_max)))
        log.warn(
          { operations: inFlight.count },
          'operations over sockets and streams were still in flight at the deadline',
        )
      http.close()
      await door.close()
    },
  }
}
