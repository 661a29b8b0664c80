import type { ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import type { ErrorFormatter } from '../edge-errors.ts'
import { statusOf } from './refusals.ts'

/** What was thrown, in the form that graphql-js hands on; a formatter masks it where it is not for the client. */
export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError('Internal error', { originalError: error instanceof Error ? error : new Error(String(error)) })

/** Answers with one error in the form of GraphQL, and the HTTP status that belongs to its code. */
export function sendError(response: ServerResponse, error: unknown, format: ErrorFormatter): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const formatted = format(asGraphQLError(error).toJSON(), error)
  response.writeHead(statusOf(formatted.extensions?.code), {
    'content-type': 'application/json; charset=utf-8',
    // What is left of a body that was not read would stand before the next request on this connection.
    ...(!response.req.complete && { connection: 'close' }),
  })
  response.end(JSON.stringify({ errors: [formatted] }))
}
