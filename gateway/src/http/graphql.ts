import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import type { Actor } from '@carriergraph/shared/auth/actor.ts'
import { parseJsonObject, readBody } from '@carriergraph/shared/server/body.ts'
import { GraphQLError } from 'graphql'
import type { RequestContext } from '../request-context.ts'
import { headOf } from './status.ts'

export interface GraphqlHandlerOptions {
  readonly apollo: ApolloServer<RequestContext>
  /** Throws a GraphQLError with a code when the token is not good. */
  readonly authenticate: (authorization: string | undefined) => Promise<Actor>
  readonly body_bytes_max: number
}

/**
 * Answers POST and GET of GraphQL over HTTP; the rules of both, CSRF prevention included, are Apollo Server's. Throws a
 * Refusal when the body cannot be read.
 */
export function createGraphqlHandler({ apollo, authenticate, body_bytes_max }: GraphqlHandlerOptions) {
  const contextFor = async (request: IncomingMessage, correlationId: string): Promise<RequestContext> => {
    const { authorization } = request.headers
    try {
      return { actor: await authenticate(authorization), authorization, correlationId }
    } catch (error) {
      if (error instanceof GraphQLError) error.extensions.http = headOf([error])
      throw error
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, correlationId: string): Promise<void> => {
    const { method = '', url = '' } = request
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method,
        headers: headersOf(request),
        search: url.includes('?') ? url.slice(url.indexOf('?')) : '',
        body: method === 'POST' ? parseJsonObject(request, await readBody(request, body_bytes_max)) : {},
      },
      context: () => contextFor(request, correlationId),
    })
    await send(response, answer)
  }
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  return map
}

async function send(response: ServerResponse, { status, headers, body }: HTTPGraphQLResponse): Promise<void> {
  for (const [name, value] of headers) response.setHeader(name, value)
  response.statusCode = status ?? 200
  if (body.kind === 'complete') response.end(body.string)
  else await pipeline(Readable.from(body.asyncIterator), response)
}
