import { GraphQLError } from 'graphql'
import { requestFault } from '../errors/request-faults.ts'
import type { SizeReason } from '../limits/operation-size.ts'

/** The only guess of graphql-js that `hideSuggestions` does not hide. */
const GUESS = / Did you mean "\w+ \{ \.\.\. \}"\?$/

/** All that graphql-js says when it has compared the fields that may meet half a million times. */
const ABORTED = 'Validation aborted.'
const ABORTED_REASON: SizeReason = 'TOO_MANY_COMPARISONS'

/** What graphql-js found invalid, as its client shall see it; without guesses at names where the schema is not shown. */
export const validationFault = (error: GraphQLError, hideSuggestions: boolean): GraphQLError =>
  requestFault(told(error, hideSuggestions), 'GRAPHQL_VALIDATION_FAILED')

function told(error: GraphQLError, hideSuggestions: boolean): GraphQLError {
  const { message, nodes, extensions } = error
  if (message === ABORTED)
    return new GraphQLError('The operation selects more under the same keys than is compared here.', {
      extensions: { reason: ABORTED_REASON },
    })
  if (!hideSuggestions || !GUESS.test(message)) return error
  return new GraphQLError(message.replace(GUESS, ''), { extensions, ...(nodes && { nodes }) })
}
