import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { Clock } from '@carriergraph/shared/clock.ts'
import { CORRELATION_HEADER, withCorrelation } from '@carriergraph/shared/correlation.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError } from 'graphql'
import { CloseCode, makeServer, type SubscribePayload } from 'graphql-ws'
import { gatewayError } from '../errors/codes.ts'
import { isMasked, presentError } from '../errors/present.ts'
import { authorizationOf } from './connection-params.ts'
import type { LiveOperations, Runnable } from './operations.ts'
import { Session } from './session.ts'
import { StreamError } from './stream-error.ts'
import { LiveSubscription } from './subscription.ts'
import type { AcceptedSocket } from './websocket.ts'

export interface GraphqlWsLimits {
  /** From the open socket to its `connection_init`. */
  readonly init_ms_max: number
  /** Operations that one socket may have open at a time. */
  readonly operations_max: number
}

export interface GraphqlWsOptions {
  readonly operations: LiveOperations
  /** Throws a GraphQLError whose `extensions.reason` says what is wrong with the token. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
  readonly limits: GraphqlWsLimits
  readonly clock: Clock
  readonly log: Log
}

/**
 * How a socket whose token is refused is closed. graphql-ws clients take 4401 for final and try again after 4403 and
 * 1013, asking their `connectionParams` anew: that mends an expired token, and no other.
 */
const REFUSED = { code: CloseCode.Unauthorized, reason: 'Unauthorized: the token is not valid' }
const EXPIRED = { code: CloseCode.Forbidden, reason: 'Forbidden: the token has expired' }
const TRY_AGAIN = { code: 1013, reason: 'Try again later: tokens cannot be verified at the moment' }

/** Speaks graphql-ws with the sockets handed to it. */
export function createGraphqlWs(options: GraphqlWsOptions): (socket: AcceptedSocket) => void {
  const { operations, authenticate, limits, clock, log } = options
  const runs = new WeakMap<ExecutionArgs, () => ReturnType<Runnable['run']>>()
  const start = (args: ExecutionArgs): ReturnType<Runnable['run']> => {
    const run = runs.get(args)
    if (run === undefined) throw new Error('an operation was started that was not prepared')
    return run()
  }

  const server = makeServer<Record<string, unknown>, Session>({
    connectionInitWaitTimeout: limits.init_ms_max,
    async onConnect({ connectionParams, extra: session }) {
      const authorization = authorizationOf(connectionParams)
      try {
        session.signIn(await authenticate(authorization), authorization)
        return true
      } catch (error) {
        const { code, reason } = closeFor(error)
        session.close(code, reason)
        return false
      }
    },
    async onSubscribe({ extra: session, subscriptions }, id, payload) {
      const context = session.begin(id, correlationOf(payload))
      if (Object.keys(subscriptions).length > limits.operations_max) return [gatewayError('TOO_MANY_OPERATIONS')]
      try {
        const prepared = await operations.prepare(requestOf(payload), context)
        if (!('run' in prepared)) return prepared
        const { document, operationName } = prepared.known
        const args: ExecutionArgs = { schema: prepared.apiSchema, document, operationName: operationName ?? null }
        runs.set(args, () => {
          const running = prepared.run()
          if (running instanceof LiveSubscription) session.stream(id, running)
          return running
        })
        return args
      } catch (error) {
        return [
          error instanceof GraphQLError ? error : new GraphQLError('unexpected', { originalError: asError(error) }),
        ]
      }
    },
    subscribe: start,
    execute: start,
    onError({ extra: session }, id, _payload, errors) {
      const correlationId = session.contextOf(id)?.correlationId ?? ''
      session.end(id)
      return errors.flatMap((error) => presentedErrors(error, correlationId, log))
    },
    onComplete: ({ extra: session }, id) => session.end(id),
    onClose: ({ extra: session }) => session.dispose(),
  })

  return ({ socket, whenClosed }) => {
    const closed = server.opened(socket, new Session((code, reason) => socket.close(code, reason), clock))
    whenClosed((code, reason) => {
      closed(code, reason).catch((error: unknown) => log.error({ err: error }, 'closing a client socket failed'))
    })
  }
}

/** Over a socket, the correlation id of an operation travels in its `extensions.headers`, as it does upstream. */
function correlationOf({ extensions }: SubscribePayload): string {
  const headers: unknown = extensions?.headers
  const incoming: unknown =
    typeof headers === 'object' && headers !== null ? Reflect.get(headers, CORRELATION_HEADER) : undefined
  return withCorrelation(typeof incoming === 'string' ? incoming : undefined, (id) => id)
}

const requestOf = ({ query, operationName, variables }: SubscribePayload) => ({
  query,
  operationName: operationName ?? undefined,
  variables: variables ?? {},
})

function closeFor(error: unknown): { readonly code: number; readonly reason: string } {
  const extensions = error instanceof GraphQLError ? error.extensions : {}
  if (extensions.reason === 'TOKEN_EXPIRED') return EXPIRED
  return extensions.code === 'UNAUTHENTICATED' ? REFUSED : TRY_AGAIN
}

function presentedErrors(error: GraphQLError, correlationId: string, log: Log): readonly GraphQLFormattedError[] {
  if (error.originalError instanceof StreamError) return error.originalError.errors
  if (isMasked(error.toJSON()))
    log.error({ err: error.originalError ?? error, correlationId }, 'a live operation failed')
  return [presentError(error.toJSON(), correlationId)]
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)))
