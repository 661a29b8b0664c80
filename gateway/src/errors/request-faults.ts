import { withoutCardNumbers } from '@carriergraph/shared/cards/holds-card-number.ts'
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
 * What graphql-js found wrong with a request, in bounds and without the values of variables, nor card numbers in literals and
 * names, with the code that clients know its kind by unless it has one.
 */
export function requestFault(error: GraphQLError, code: string): GraphQLError {
  const message = shown(withoutVariableValue(error.message))
  const fault = message === error.message ? error : reworded(error, message)
  fault.extensions.code ??= code
  // Nobody reads how graphql-js came upon it, and the frames would keep the whole validation alive, sixty kilobytes.
  fault.stack = ''
  return fault
}

/** Looked through beyond where it is cut: most of a card number is hardly less than all of it. */
function shown(text: string): string {
  const message = withoutCardNumbers(text.slice(0, 2 * MESSAGE_LENGTH_MAX))
  return message.length > MESSAGE_LENGTH_MAX ? `${message.slice(0, MESSAGE_LENGTH_MAX)}…` : message
}

function reworded({ nodes, source, positions, extensions }: GraphQLError, message: string): GraphQLError {
  // A copy: faults are kept with their document, and a part of a string keeps the whole of it alive.
  return new GraphQLError(Buffer.from(message).toString(), {
    extensions,
    ...(nodes && { nodes }),
    ...(source && { source }),
    ...(positions && { positions }),
  })
}
