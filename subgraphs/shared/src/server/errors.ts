import type { ServerResponse } from 'node:http'
import { GraphQLError } from 'graphql'
import type { ErrorFormatter } from '../edge-errors.ts'
import { statusOf } from './refusals.ts'

/** What was thrown, in the form that graphql-js hands on; a formatter masks it where it is not for the client. */
export const asGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError
    ? error
    : new GraphQLError('Internal error', { originalError: error instanceof Error ? error : new Error(String(error)) })

/** One error in the form of GraphQL, and the HTTP status that belongs to its code. */
export function errorAnswer(
  error: unknown,
  format: ErrorFormatter,
): { readonly status: number; readonly body: string } {
  const formatted = format(asGraphQLError(error).toJSON(), error)
  return { status: statusOf(formatted.extensions?.code), body: JSON.stringify({ errors: [formatted] }) }
}

/** Answers with one error. */
export function sendError(response: ServerResponse, error: unknown, format: ErrorFormatter): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const { status, body } = errorAnswer(error, format)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    // What is left of a body that was not read would stand before the next request on this connection.
    ...(!response.req.complete && { connection: 'close' }),
  })
  response.end(body)
}
