import { withoutVariableValue } from '@carriergraph/shared/variable-fault.ts'
import { GraphQLError } from 'graphql'

/**
 * As many faults of one request as a person mends at a time. Each costs a stack, and may quote a value or a name of the
 * client's that is as long as its request: thousands of them would be an answer of gigabytes.
 */
export const FAULTS_MAX = 20

/** In characters: what a message quotes beyond them helps nobody. */
const MESSAGE_LENGTH_MAX = 1_000

/**
 * What graphql-js found wrong with a request, in bounds and without the values of variables, with the code that clients
 * know its kind by unless it has one.
 */
export function requestFault(error: GraphQLError, code: string): GraphQLError {
  const message = withoutVariableValue(error.message)
  const fault = message === error.message && message.length <= MESSAGE_LENGTH_MAX ? error : reworded(error, message)
  fault.extensions.code ??= code
  // Nobody reads how graphql-js came upon it, and the frames would keep the whole validation alive, sixty kilobytes.
  fault.stack = ''
  return fault
}

function reworded({ nodes, source, positions, extensions }: GraphQLError, message: string): GraphQLError {
  // A copy: faults are kept with their document, and a part of a string keeps the whole of it alive.
  const start = Buffer.from(message.slice(0, MESSAGE_LENGTH_MAX)).toString()
  return new GraphQLError(message.length > MESSAGE_LENGTH_MAX ? `${start}…` : start, {
    extensions,
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
  })
}
