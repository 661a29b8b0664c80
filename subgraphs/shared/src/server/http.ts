import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import type { Actor } from '../auth/actor.ts'
import { unauthenticated } from '../auth/refusals.ts'
import type { TokenVerifier } from '../auth/verify.ts'
import { CORRELATION_HEADER, withCorrelation } from '../correlation.ts'
import type { ErrorFormatter } from '../edge-errors.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import { ACTOR_HEADER, decodeServiceActor } from '../signature/service-actor.ts'
import type { SignatureVerifier } from '../signature/verify.ts'
import { parseJsonObject, readBody } from './body.ts'
import { sendError } from './errors.ts'
import { SERVER_REFUSALS } from './refusals.ts'
import type { ContextFactory, RequestContext } from './request-info.ts'
import type { RequestTelemetry } from './request-telemetry.ts'

export type HttpDoorOptions<Context extends RequestContext> = {
  readonly apollo: ApolloServer<Context>
  readonly context: ContextFactory<Context>
  readonly verifier: TokenVerifier
  readonly signature: SignatureVerifier
  readonly format: ErrorFormatter
  readonly log: Log
  readonly body_bytes_max: number
  /** Aborts when the server stops waiting for the requests in flight. */
  readonly stopped: AbortSignal
  readonly telemetry: RequestTelemetry | undefined
}

/**
 * Answers one POST of the gateway: signature, token, operation, in this order, so that a stranger costs one hash. Never
 * rejects: what goes wrong is answered, and logged where it is our fault.
 */
export function createHttpDoor<Context extends RequestContext>(options: HttpDoorOptions<Context>) {
  const { apollo, context, verifier, signature, format, log, body_bytes_max, stopped, telemetry } = options

  async function execute(request: IncomingMessage, response: ServerResponse, correlationId: string) {
    const body = await readSigned(request)
    const run = () => runOperation(request, response, body, correlationId)
    return telemetry === undefined ? run() : telemetry.request(request.headers, correlationId, run)
  }

  async function runOperation(request: IncomingMessage, response: ServerResponse, body: Buffer, correlationId: string) {
    const actor = await callerOf(request)
    const operation = parseJsonObject(request, body)
    const signal = AbortSignal.any([stopped, closedEarly(response)])
    return apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: headersOf(request), search: '', body: operation },
      context: async () => context({ actor, correlationId, log, signal }),
    })
  }

  /** A request without a signature is refused before its body is read. */
  async function readSigned(request: IncomingMessage): Promise<Buffer> {
    const { method = '', url: path = '' } = request
    const header = headerOf(request, SIGNATURE_HEADER)
    const body = header === undefined ? Buffer.alloc(0) : await readBody(request, body_bytes_max)
    const signed = signature.verify({ header, method, path, body, actor: headerOf(request, ACTOR_HEADER) ?? '' })
    if (!signed.ok) throw Refusal.from(signed)
    return body
  }

  /** The service that calls for itself, which the signature vouches for, or the token's user. */
  async function callerOf(request: IncomingMessage): Promise<Actor> {
    const service = headerOf(request, ACTOR_HEADER)
    if (service === undefined) return verifier.verify(request.headers.authorization)
    const actor = decodeServiceActor(service)
    if (actor === undefined) throw unauthenticated('TOKEN_INVALID', `${ACTOR_HEADER} does not name a service.`)
    return actor
  }

  return (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    withCorrelation(headerOf(request, CORRELATION_HEADER), async (correlationId) => {
      response.setHeader(CORRELATION_HEADER, correlationId)
      try {
        if (request.method !== 'POST') throw new Refusal('METHOD_NOT_ALLOWED', SERVER_REFUSALS.METHOD_NOT_ALLOWED)
        await send(response, await execute(request, response, correlationId))
      } catch (error) {
        if (request.errored) log.debug({ err: request.errored }, 'the caller left before its request was read')
        else {
          telemetry?.refused(error)
          sendError(response, error, format)
        }
      }
    })
}

async function send(response: ServerResponse, { status, headers, body }: HTTPGraphQLResponse): Promise<void> {
  response.writeHead(status ?? 200, Object.fromEntries(headers))
  if (body.kind === 'complete') return void response.end(body.string)
  for await (const chunk of body.asyncIterator) response.write(chunk)
  response.end()
}

/** Aborts when the connection closes before the answer was written. */
function closedEarly(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Node joins a header that was sent twice with a comma, which no value of ours may have: it is refused where it is read. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return headers
}
