import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '@carriergraph/shared/auth/caller.ts'
import { Refusal } from '@carriergraph/shared/refusal.ts'
import type { ClientAddress } from '../admission/client-address.ts'
import type { Gate } from '../admission/gate.ts'
import { clientNameOf } from '../degrade/client-name.ts'
import { gatewayError } from '../errors/codes.ts'
import type { HttpStreams } from '../live/http/http-streams.ts'
import { streamFormFor } from '../live/http/stream-form.ts'
import type { HeaderReader } from '../subgraphs/forwarded-headers.ts'
import type { TraceReader } from '../subgraphs/trace-context.ts'
import type { GatewayTelemetry } from '../telemetry/gateway-telemetry.ts'
import { createAnswerSender } from './answer-sender.ts'
import { answerTypeFor } from './media-type.ts'
import { type HttpOperation, operationOfBody, operationOfSearch } from './operation.ts'
import { OperationAnswers, type OperationAnswersOptions } from './operation-answers.ts'
import { setQuotaHeaders } from './quota-headers.ts'

export interface GraphqlHandlerOptions extends OperationAnswersOptions {
  /** Takes over where a client accepts a stream: for subscriptions, and for all else that it accepts nothing else for. */
  readonly streams: HttpStreams
  readonly gate: Gate
  readonly clientAddress: ClientAddress
  /** Throws a GraphQLError with a code when the token is not good. */
  readonly authenticate: (authorization: string | undefined) => Promise<Caller>
  readonly readHeaders: HeaderReader
  readonly readTrace: TraceReader
  /** The names of what `readHeaders` takes. */
  readonly forwardedNames: readonly string[]
  readonly body_bytes_max: number
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
  const { streams, gate, clientAddress: addressOf, authenticate, readHeaders, readTrace } = options
  const { body_bytes_max, telemetry } = options
  const answers = new OperationAnswers(options)
  const sender = createAnswerSender(options.forwardedNames)

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
      const operation = await read(request, body_bytes_max)
      const { authorization } = request.headers
      const actor = await authenticate(authorization)
      const forwarded = readHeaders(request.headers)
      const { 'cache-control': cacheControl } = request.headers
      const clientName = clientNameOf(request.headers)
      const { traceparent, tracestate } = readTrace(request.headers)
      const context = {
        actor,
        correlationId,
        observation,
        authorization,
        clientAddress,
        clientName,
        forwarded,
        cacheControl,
        traceparent,
        tracestate,
      }
      if (form !== undefined && !isList(operation) && (type === undefined || answers.isSubscription(operation)))
        // What a stream answers is watched answer by answer.
        streams.open(request, response, form, () => answers.toStream(operation, isGet), {
          ...context,
          observation: undefined,
        })
      else if (type === undefined) throw gatewayError('NOT_ACCEPTABLE')
      else if (isList(operation))
        await sender.sendList(request, response, type, await answers.list(operation, context, observe))
      else {
        const answer = await answers.one(operation, context, isGet)
        setQuotaHeaders(response, [...states, ...(answer.quotas ?? [])])
        await sender.send(request, response, type, answer, observation)
      }
    } catch (error) {
      // Who left before the request was read is told nothing.
      if (request.errored) throw error
      await sender.send(request, response, type ?? 'application/json', answers.refusal(error), observation)
    }
  }
}

async function read(
  request: IncomingMessage,
  body_bytes_max: number,
): Promise<HttpOperation | readonly HttpOperation[]> {
  if (request.method === 'POST') return operationOfBody(request, body_bytes_max)
  if (request.method === 'GET') return operationOfSearch(request.url ?? '')
  throw new Refusal('METHOD_NOT_ALLOWED', 'Operations are sent with POST, queries with GET as well.')
}

const isList = (operation: HttpOperation | readonly HttpOperation[]): operation is readonly HttpOperation[] =>
  Array.isArray(operation)
