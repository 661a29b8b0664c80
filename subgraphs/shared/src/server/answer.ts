import type { IncomingHttpHeaders } from 'node:http'
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import type { Actor } from '../auth/actor.ts'
import { unauthenticated } from '../auth/refusals.ts'
import type { TokenVerifier } from '../auth/verify.ts'
import type { Log } from '../log.ts'
import { Refusal } from '../refusal.ts'
import { SIGNATURE_HEADER } from '../signature/canonical.ts'
import { ACTOR_HEADER, decodeServiceActor } from '../signature/service-actor.ts'
import type { SignatureVerifier } from '../signature/verify.ts'
import { parseJsonObject } from './body.ts'
import { headerOf } from './header.ts'
import { SERVER_REFUSALS } from './refusals.ts'
import type { ContextFactory, RequestContext } from './request-info.ts'
import type { RequestTelemetry } from './request-telemetry.ts'

/** One GraphQL request, over whichever transport it came. */
export type ReceivedCall = {
  readonly method: string
  /** The request target as it was sent and signed. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** @throws Refusal PAYLOAD_TOO_LARGE where it is clear before all of it has come */
  readBody(): Promise<Buffer>
  /** Aborts when the caller leaves before the answer is written. */
  leaving(): AbortSignal
}

export type CallAnswer = {
  readonly status: number
  readonly headers: HeaderMap
  readonly body: string
}

/** @throws Refusal and whatever else keeps a call from being executed */
export type AnswerCall = (call: ReceivedCall, correlationId: string) => Promise<CallAnswer>

export type AnswerOptions<Context extends RequestContext> = {
  readonly apollo: ApolloServer<Context>
  readonly context: ContextFactory<Context>
  readonly verifier: TokenVerifier
  readonly signature: SignatureVerifier
  readonly log: Log
  readonly body_bytes_max: number
  /** Aborts when the server stops waiting for the requests in flight. */
  readonly stopped: AbortSignal
  readonly telemetry: RequestTelemetry | undefined
}

/** Answers one call of the gateway: signature, token, operation, in this order, so that a stranger costs one hash. */
export function createAnswerCall<Context extends RequestContext>(options: AnswerOptions<Context>): AnswerCall {
  const { apollo, context, verifier, signature, log, body_bytes_max, stopped, telemetry } = options

  async function execute(call: ReceivedCall, body: Buffer, correlationId: string): Promise<CallAnswer> {
    const actor = await callerOf(call)
    const operation = parseJsonObject(call.headers, body)
    const signal = AbortSignal.any([stopped, call.leaving()])
    const response = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: 'POST', headers: headersOf(call), search: '', body: operation },
      context: async () => context({ actor, correlationId, log, signal }),
    })
    return { status: response.status ?? 200, headers: response.headers, body: await textOf(response) }
  }

  /** A request without a signature is refused before its body is read. */
  async function readSigned(call: ReceivedCall): Promise<Buffer> {
    const { method, path } = call
    const header = headerOf(call, SIGNATURE_HEADER)
    const body = header === undefined ? Buffer.alloc(0) : await call.readBody()
    if (body.length > body_bytes_max) throw new Refusal('PAYLOAD_TOO_LARGE', SERVER_REFUSALS.PAYLOAD_TOO_LARGE)
    const signed = signature.verify({ header, method, path, body, actor: headerOf(call, ACTOR_HEADER) ?? '' })
    if (!signed.ok) throw Refusal.from(signed)
    return body
  }

  /** The service that calls for itself, which the signature vouches for, or the token's user. */
  async function callerOf(call: ReceivedCall): Promise<Actor> {
    const service = headerOf(call, ACTOR_HEADER)
    if (service === undefined) return verifier.verify(call.headers.authorization)
    const actor = decodeServiceActor(service)
    if (actor === undefined) throw unauthenticated('TOKEN_INVALID', `${ACTOR_HEADER} does not name a service.`)
    return actor
  }

  return async (call, correlationId) => {
    const body = await readSigned(call)
    const run = () => execute(call, body, correlationId)
    return telemetry === undefined ? run() : telemetry.request(call.headers, correlationId, run)
  }
}

async function textOf({ body }: HTTPGraphQLResponse): Promise<string> {
  if (body.kind === 'complete') return body.string
  let text = ''
  for await (const chunk of body.asyncIterator) text += chunk
  return text
}

function headersOf({ headers }: ReceivedCall): HeaderMap {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  return map
}
