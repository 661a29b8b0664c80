import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import type { ErrorPath } from './place.ts'

/** A subgraph's error where clients see it. Its locations are those of a document that they never saw. */
export const errorAt = (path: ErrorPath, { message, extensions }: GraphQLFormattedError): GraphQLFormattedError => ({
  message,
  path,
  ...(extensions && { extensions }),
})

/** What clients are told of a call that failed. Throws on what is no failure of a subgraph: a bug of ours. */
export function failureOf(error: unknown): GraphQLFormattedError {
  if (error instanceof GraphQLError) return error.toJSON()
  throw error
}
