import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import type { ErrorFormatter } from '@carriergraph/shared/edge-errors.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import type { ClientAddress } from '../admission/client-address.ts'
import type { Gate } from '../admission/gate.ts'
import { clientNameOf } from '../degrade/client-name.ts'
import { gatewayError } from '../errors/codes.ts'
import { type GraphAnswer, textOf } from '../graph/answer.ts'
import type { KnownOperation } from '../graph/documents.ts'
import type { Graph } from '../graph/graph.ts'
import type { OperationRequest } from '../graph/operation-request.ts'
import type { HttpStreams } from '../live/http/http-streams.ts'
import { streamFormFor } from '../live/http/stream-form.ts'
import type { ResolveDocument } from '../persisted/automatic.ts'
import type { RequestContext } from '../request-context.ts'
import type { HeaderReader } from '../subgraphs/forwarded-headers.ts'
import type { TraceReader } from '../subgraphs/trace-context.ts'
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts'
import type { Observation } from '../telemetry/observation.ts'
import { createAnswerSender } from './answer-sender.ts'
import { answerTypeFor } from './media-type.ts'
import { type HttpOperation, operationOfBody, operationOfSearch } from './operation.ts'
import { setQuotaHeaders } from './quota-headers.ts'

export interface GraphqlHandlerOptions {
  /** The graph that is served at the moment. */
  readonly graph: () => Graph
  /** Takes over where a client accepts a stream: for subscriptions, and for all else that it accepts nothing else for. */
  readonly streams: HttpStreams
  readonly resolveDocument: ResolveDocument
  readonly gate: Gate
  readonly clientAddress: ClientAddress
  /** Throws a GraphQLError with a code when the token is not good. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
  readonly readHeaders: HeaderReader
  readonly readTrace: TraceReader
  /** The names of what `readHeaders` takes. */
  readonly forwardedNames: readonly string[]
  readonly format: ErrorFormatter
  readonly body_bytes_max: number
  /** How many operations one POST may carry as a list; 0 where lists are not taken. */
  readonly batch_max: number
  readonly telemetry: GatewayTelemetry | undefined
}

export type GraphqlHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  correlationId: string,
) => Promise<void>

/**
 * Answers POST and GET as GraphQL over HTTP has it. What cannot be answered by the graph is answered in its form, too.
 * GET needs no header against forged requests: it only reads, and no cookie ever signs anybody in.
 */
export function createGraphqlHandler(options: GraphqlHandlerOptions): GraphqlHandler {
  const {
    graph,
    streams,
    resolveDocument,
    gate,
    clientAddress: addressOf,
    authenticate,
    readHeaders,
    readTrace,
    format,
    body_bytes_max,
    batch_max,
    telemetry,
  } = options

  const sender = createAnswerSender(options.forwardedNames)

  const refusal = (error: unknown): GraphAnswer => ({
    data: undefined,
    errors: [format(asGraphQLError(error).toJSON(), error)],
  })

  function find({ documents }: Graph, operation: HttpOperation, isGet: boolean): KnownOperation {
    const known = documents.find(resolveDocument(operation), operation.operationName)
    if (isGet && known.operation.operation === 'mutation')
      throw new Refusal('METHOD_NOT_ALLOWED', 'GET only reads; send mutations with POST.')
    return known
  }

  function answerOne(operation: HttpOperation, context: RequestContext, isGet: boolean): Promise<GraphAnswer> {
    const { observation } = context
    if (observation === undefined) return answerPlainly(operation, context, isGet)
    observation.isOf(context.actor)
    return observation.run(() => answerPlainly(operation, context, isGet))
  }

  async function answerPlainly(
    operation: HttpOperation,
    context: RequestContext,
    isGet: boolean,
  ): Promise<GraphAnswer> {
    try {
      const served = graph()
      const known = find(served, operation, isGet)
      context.observation?.knows(known)
      return await served.answer(known, operation.variables, context)
    } catch (error) {
      return refusal(error)
    }
  }

  function isSubscription(operation: HttpOperation): boolean {
    try {
      return find(graph(), operation, false).operation.operation === 'subscription'
    } catch {
      return false
    }
  }

  function streamed(operation: HttpOperation, isGet: boolean): OperationRequest {
    find(graph(), operation, isGet)
    return { ...operation, query: resolveDocument(operation) }
  }

  /** Each operation of a list is watched by itself. */
  async function answerAll(
    operations: readonly HttpOperation[],
    context: RequestContext,
    observe: () => Observation | undefined,
  ): Promise<string> {
    if (batch_max === 0) throw new Refusal('BAD_REQUEST', 'Lists of operations are not taken here.')
    if (operations.length === 0 || operations.length > batch_max)
      throw new Refusal('BAD_REQUEST', `A list has 1 to ${batch_max} operations.`)
    const answers = await Promise.all(
      operations.map(async (operation) => {
        const observation = observe()
        const answer = await answerOne(operation, { ...context, observation }, false)
        observation?.ended(answer, 200)
        return answer
      }),
    )
    return `[${answers.map(textOf).join(',')}]`
  }

  async function read(request: IncomingMessage): Promise<HttpOperation | readonly HttpOperation[]> {
    if (request.method === 'POST') return operationOfBody(request, body_bytes_max)
    if (request.method === 'GET') return operationOfSearch(request.url ?? '')
    throw new Refusal('METHOD_NOT_ALLOWED', 'Operations are sent with POST, queries with GET as well.')
  }

  return async (request, response, correlationId) => {
    const type = answerTypeFor(request.headers.accept)
    const form = streamFormFor(request.headers.accept)
    const isGet = request.method === 'GET'
    const observe = () => telemetry?.begin({ correlationId, transport: 'http', headers: request.headers })
    const observation = observe()
    try {
      if (type === undefined && form === undefined) throw gatewayError('NOT_ACCEPTABLE')
      const clientAddress = addressOf(request)
      const { states, refusal: turnedAway } = await gate.enter(clientAddress)
      setQuotaHeaders(response, states)
      if (turnedAway !== undefined) throw turnedAway
      const operation = await read(request)
      const { authorization } = request.headers
      const actor = await authenticate(authorization)
      const forwarded = readHeaders(request.headers)
      const { 'cache-control': cacheControl } = request.headers
      const clientName = clientNameOf(request.headers)
      const { traceparent, tracestate } = readTrace(request.headers)
      const client = { authorization, clientAddress, clientName, forwarded, cacheControl, traceparent, tracestate }
      const context = { actor, correlationId, observation, ...client }
      if (form !== undefined && !isList(operation) && (type === undefined || isSubscription(operation)))
        // What a stream answers is watched answer by answer.
        streams.open(request, response, form, () => streamed(operation, isGet), { ...context, observation: undefined })
      else if (type === undefined) throw gatewayError('NOT_ACCEPTABLE')
      else if (isList(operation))
        await sender.sendList(request, response, type, await answerAll(operation, context, observe))
      else {
        const answer = await answerOne(operation, context, isGet)
        setQuotaHeaders(response, [...states, ...(answer.quotas ?? [])])
        await sender.send(request, response, type, answer, observation)
      }
    } catch (error) {
      // Who left before the request was read is told nothing.
      if (request.errored) throw error
      await sender.send(request, response, type ?? 'application/json', refusal(error), observation)
    }
  }
}

const isList = (operation: HttpOperation | readonly HttpOperation[]): operation is readonly HttpOperation[] =>
  Array.isArray(operation)
