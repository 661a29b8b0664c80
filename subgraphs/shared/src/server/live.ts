import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type DocumentNode,
  type ExecutionArgs,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  validate,
} from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { TokenVerifier } from '../auth/verify.ts'
import { CORRELATION_HEADER, withCorrelation } from '../correlation.ts'
import type { ErrorFormatter } from '../edge-errors.ts'
import { Refusal } from '../refusal.ts'
import { asGraphQLError } from './errors.ts'
import { within } from './in-flight.ts'
import { SERVER_REFUSALS } from './refusals.ts'
import type { RequestContext } from './request-info.ts'
import { createSubscribe, type SubscribeOptions, Subscriber } from './subscribe.ts'

export type LiveDoorOptions<Context extends RequestContext> = SubscribeOptions<Context> & {
  readonly schema: GraphQLSchema
  readonly verifier: TokenVerifier
  readonly format: ErrorFormatter
  readonly message_bytes_max: number
}

export type LiveDoor = {
  /** Takes over a connection whose upgrade was found to be signed. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes all sockets with 1012, so that clients come back and resume; waits for their streams at most `ms_max`. */
  close(ms_max: number): Promise<void>
}

/**
 * Subscriptions over graphql-ws. One socket carries the streams of many actors: each subscribe message brings its own
 * token and correlation id in `extensions.headers`.
 */
export function createLiveDoor<Context extends RequestContext>(options: LiveDoorOptions<Context>): LiveDoor {
  const { schema, verifier, format, log, open, message_bytes_max } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: message_bytes_max, perMessageDeflate: false })

  async function prepare(payload: SubscribePayload, headers: Headers, correlationId: string): Promise<ExecutionArgs> {
    const document = coded('GRAPHQL_PARSE_FAILED', () => parse(payload.query))
    coded('GRAPHQL_VALIDATION_FAILED', () => requireValid(schema, document))
    if (getOperationAST(document, payload.operationName)?.operation !== 'subscription')
      throw new Refusal('SUBSCRIPTIONS_ONLY', SERVER_REFUSALS.SUBSCRIPTIONS_ONLY)
    const actor = await verifier.verify(headers.authorization)
    return {
      schema,
      document,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
      contextValue: new Subscriber(actor, correlationId, payload.extensions?.startCursor === true),
    }
  }

  const formatAll = (errors: readonly GraphQLError[]) => errors.map((error) => format(error.toJSON(), error))

  useServer(
    {
      schema,
      isProd: true,
      subscribe: createSubscribe(options),
      onSubscribe: async (_ctx, _id, payload) => {
        const headers = headersOf(payload)
        return withCorrelation(headers?.[CORRELATION_HEADER], async (correlationId) => {
          try {
            if (headers === undefined)
              throw new Refusal('BAD_REQUEST', 'extensions.headers has values that are not text.')
            return await prepare(payload, headers, correlationId)
          } catch (error) {
            return [asGraphQLError(error)]
          }
        })
      },
      onError: (_ctx, _id, payload, errors) =>
        withCorrelation(headersOf(payload)?.[CORRELATION_HEADER], () => formatAll(errors)),
      onNext: (_ctx, _id, _payload, { contextValue }, { errors, data = null, extensions }) => {
        if (errors === undefined) return undefined
        const id = contextValue instanceof Subscriber ? contextValue.correlationId : undefined
        return withCorrelation(id, () => ({ data, errors: formatAll(errors), ...(extensions && { extensions }) }))
      },
    },
    sockets,
  )
  // graphql-ws writes a socket's errors to the console, past the log; ws itself closes the socket.
  sockets.on('connection', (client) => {
    client.removeAllListeners('error')
    client.on('error', (err) => log.warn({ err }, 'a WebSocket failed'))
  })

  return {
    accept(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request))
    },
    async close(ms_max) {
      const clients = [...sockets.clients]
      const closed = clients.map((client) => new Promise((resolve) => client.once('close', resolve)))
      for (const client of clients) client.close(SERVICE_RESTART, 'The service restarts')
      await within(Promise.all(closed), ms_max)
      await open.idle(ms_max)
      for (const client of sockets.clients) client.terminate()
    },
  }
}

/** RFC 6455's registry: the client may come back at once, to another instance or to the next one here. */
const SERVICE_RESTART = 1012

const HEADERS = z.object({ authorization: z.string().optional(), [CORRELATION_HEADER]: z.string().optional() })
type Headers = z.output<typeof HEADERS>

/** Undefined where `extensions.headers` is not what it must be; an object without entries where it is missing. */
const headersOf = (payload: SubscribePayload): Headers | undefined =>
  HEADERS.safeParse(payload.extensions?.headers ?? {}).data

/** Gives graphql-js's errors the code that Apollo Server gives them over HTTP; a scalar's refusal keeps its own. */
function coded<T>(code: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof GraphQLError) error.extensions.code ??= code
    throw error
  }
}

function requireValid(schema: GraphQLSchema, document: DocumentNode): void {
  const [fault] = validate(schema, document)
  if (fault !== undefined) throw fault
}
