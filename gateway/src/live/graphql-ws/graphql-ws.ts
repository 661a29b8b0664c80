import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws'
import type { Gate } from '../../admission/gate.ts'
import type { ResolveDocument } from '../../persisted/automatic.ts'
import type { HeaderReader } from '../../subgraphs/forwarded-headers.ts'
import type { TraceReader } from '../../subgraphs/trace-context.ts'
import type { ClientSocket } from '../client-socket.ts'
import type { MessageRateLimits } from '../message-rate.ts'
import type { LiveOperations } from '../operations.ts'
import { GraphqlWsConnection } from './connection.ts'

export interface GraphqlWsLimits extends MessageRateLimits {
  /** From the open socket to its `connection_init`. */
  readonly init_ms_max: number
  /** Operations that one socket may have open at a time. */
  readonly operations_max: number
}

export interface GraphqlWsOptions {
  readonly operations: LiveOperations
  readonly resolveDocument: ResolveDocument
  readonly gate: Gate
  /** Throws a GraphQLError whose `extensions.reason` says what is wrong with the token. */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  readonly readHeaders: HeaderReader
  readonly readTrace: TraceReader
  readonly limits: GraphqlWsLimits
  readonly clock: Clock
  readonly log: Log
}

/** Speaks graphql-ws with the sockets handed to it. */
export const createGraphqlWs =
  (options: GraphqlWsOptions) =>
  (socket: ClientSocket): void => {
    if (socket.protocol === GRAPHQL_TRANSPORT_WS_PROTOCOL) socket.listener = new GraphqlWsConnection(socket, options)
    else socket.closeWith('SUBPROTOCOL')
  }
