import type { IncomingMessage, ServerResponse } from 'node:http'
import { CORRELATION_HEADER, withCorrelation } from '@carriergraph/shared/correlation.ts'
import { asGraphQLError } from '@carriergraph/shared/server/errors.ts'
import { headerOf } from '@carriergraph/shared/server/header.ts'
import { GraphQLError } from 'graphql'
import type { Core } from '../core.ts'
import { clientNameOf } from '../degrade/client-name.ts'
import { setQuotaHeaders } from '../http/quota-headers.ts'
import type { RequestContext } from '../request-context.ts'
import { httpOf } from './http-of-error.ts'
import { noteRequest } from './request-of-error.ts'

/** What Apollo Server hands to the function that makes a context. */
interface ApolloRequest {
  readonly req: IncomingMessage
  /** Is told what is left of the client's quota; not all servers that Apollo Server runs in have one. */
  readonly res?: ServerResponse
}

/**
 * The context that the core needs, for the `context` of Apollo Server. It is made before the operation is parsed, so this is
 * where clients are turned away by their quota and under overload, as at our own door.
 */
export const requestContextOf =
  (core: Core) =>
  ({ req, res }: ApolloRequest): Promise<RequestContext> =>
    withCorrelation(headerOf(req, CORRELATION_HEADER), async (correlationId) => {
      try {
        return await admitted(core, req, res, correlationId)
      } catch (error) {
        const told = overHttp(asGraphQLError(error))
        noteRequest(told, correlationId)
        throw told
      }
    })

async function admitted(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse | undefined,
  correlationId: string,
): Promise<RequestContext> {
  const { headers } = request
  const { authorization } = headers
  const clientAddress = core.clientAddress(request)
  const { states, refusal } = await core.gate.enter(clientAddress)
  if (response !== undefined) setQuotaHeaders(response, states)
  if (refusal !== undefined) throw refusal
  return {
    actor: await core.authenticate(authorization),
    authorization,
    correlationId,
    clientAddress,
    clientName: clientNameOf(headers),
    forwarded: core.readHeaders(headers),
    ...core.readTrace(headers),
    cacheControl: headers['cache-control'],
  }
}

function overHttp(error: GraphQLError): GraphQLError {
  const http = httpOf([error])
  if (http === undefined) return error
  return new GraphQLError(error.message, { originalError: error, extensions: { ...error.extensions, http } })
}
