import type { GraphQLFormattedError } from 'graphql'
import type { ErrorPath } from './place.ts'

/** A subgraph's error where clients see it. Its locations are those of a document that they never saw. */
export const errorAt = (path: ErrorPath, { message, extensions }: GraphQLFormattedError): GraphQLFormattedError => ({
  message,
  path,
  ...(extensions && { extensions }),
})
