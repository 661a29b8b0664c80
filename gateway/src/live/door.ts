import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { Graph } from '../graph/graph.ts'
import type { GatewayLimits } from '../limits/limits.ts'
import { createGraphqlWs } from './graphql-ws/graphql-ws.ts'
import { createLiveOperations } from './operations.ts'
import { SharedStreams } from './streams/shared-streams.ts'
import { createWebSocketDoor, type WebSocketDoor } from './websocket.ts'

export interface LiveDoorOptions {
  readonly path: string
  readonly graph: () => Graph
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
  readonly allowOrigin: (origin: string | undefined) => boolean
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly log: Log
}

/** The live path of the graph: subscriptions, and queries and mutations beside them, over graphql-ws. */
export function createLiveDoor(options: LiveDoorOptions): WebSocketDoor {
  const { graph, authenticate, limits, clock, log } = options
  const streams = new SharedStreams({ limits: limits.stream, clock, log })
  const operations = createLiveOperations({ graph, streams })
  return createWebSocketDoor({
    path: options.path,
    allowOrigin: options.allowOrigin,
    limits: limits.websocket,
    accept: createGraphqlWs({ operations, authenticate, limits: limits.graphqlWs, clock, log }),
    onFault: (error) => log.warn({ err: error }, 'a client socket failed'),
  })
}
