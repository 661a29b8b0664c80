import { GraphQLError } from 'graphql'
import { requestFault } from '../errors/request-faults.ts'

/** The only guess of graphql-js that `hideSuggestions` does not hide. */
const GUESS = / Did you mean "\w+ \{ \.\.\. \}"\?$/

/** What graphql-js found invalid, as its client shall see it; without guesses at names where the schema is not shown. */
export function validationFault(error: GraphQLError, hideSuggestions: boolean): GraphQLError {
  const { message, nodes, extensions } = error
  const isGuess = hideSuggestions && GUESS.test(message)
  const told = isGuess ? new GraphQLError(message.replace(GUESS, ''), { extensions, ...(nodes && { nodes }) }) : error
  return requestFault(told, 'GRAPHQL_VALIDATION_FAILED')
}
