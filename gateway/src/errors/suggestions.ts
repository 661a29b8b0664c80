import { GraphQLError } from 'graphql'

/** How graphql-js ends a message in which it guesses what the client may have meant. */
const SUGGESTION = / ?Did you mean .*\?$/s

/** The error without its guess: where the schema is not shown, nobody is told its names one guess after the other. */
export function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(SUGGESTION, '')
  if (message === error.message) return error
  const { nodes, extensions } = error
  return new GraphQLError(message, { extensions, ...(nodes && { nodes }) })
}
