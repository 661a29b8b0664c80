import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { ValidationRule } from 'graphql'
import type { Authorizer } from '../authorize/authorize.ts'
import type { Executor } from '../executor/executor.ts'
import type { GatewayLimits } from '../limits/limits.ts'
import type { Planner } from '../planner/planner.ts'
import type { CallerOf } from '../subgraphs/caller.ts'
import type { LoadedSupergraph } from '../supergraph/load.ts'
import { createEventExecutor } from './event-executor.ts'
import { createGraphqlWs } from './graphql-ws.ts'
import { createLiveOperations, type LiveOperationsOptions } from './operations.ts'
import { createPreparer } from './prepare.ts'
import { createWebSocketDoor, type WebSocketDoor } from './websocket.ts'

export interface LiveDoorOptions extends Pick<LiveOperationsOptions, 'upstreams' | 'executeOperation'> {
  readonly path: string
  readonly supergraph: LoadedSupergraph
  readonly planner: Planner
  readonly executor: Executor
  readonly callerOf: CallerOf
  readonly authorizer: Authorizer
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
  readonly allowOrigin: (origin: string | undefined) => boolean
  readonly rules: readonly ValidationRule[]
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly log: Log
}

/** The live path of the graph: subscriptions, and queries and mutations beside them, over graphql-ws. */
export function createLiveDoor(options: LiveDoorOptions): WebSocketDoor {
  const { supergraph, authenticate, rules, limits, clock, log } = options
  const { apiSchema } = supergraph
  const preparer = createPreparer({
    ...supergraph,
    planner: options.planner,
    rules,
    tokens_max: limits.tokens_max,
  })
  const operations = createLiveOperations({
    ...supergraph,
    authorizer: options.authorizer,
    preparer,
    upstreams: options.upstreams,
    executeEvent: createEventExecutor(supergraph, options.executor, options.callerOf),
    executeOperation: options.executeOperation,
    limits: limits.subscriber,
  })
  return createWebSocketDoor({
    path: options.path,
    allowOrigin: options.allowOrigin,
    limits: limits.websocket,
    accept: createGraphqlWs({ apiSchema, operations, authenticate, limits: limits.graphqlWs, clock, log }),
    onFault: (error) => log.warn({ err: error }, 'a client socket failed'),
  })
}
