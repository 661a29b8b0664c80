import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { withoutCardNumbers } from './cards/holds-card-number.ts'
import { correlationId } from './correlation.ts'
import type { Log } from './log.ts'
import { momentaryFaultIn } from './momentary-fault.ts'
import { refusalBehind } from './refusal.ts'
import { withoutVariableValue } from './variable-fault.ts'

/** What leaves the service in the place of an error. `formatted` is what graphql-js or Apollo Server would have sent. */
export type ErrorFormatter = (formatted: GraphQLFormattedError, original: unknown) => GraphQLFormattedError

/** The code, and the message, of everything that the person who asked can do nothing about. */
export const MASKED = { code: 'INTERNAL_SERVER_ERROR', message: 'Internal error' } as const

/**
 * The one place that decides what a client learns of an error, for HTTP and WebSocket alike. Refusals pass, and so
 * does what is wrong with the request's own text; of what will pass, a client learns that it may ask again. Everything,
 * with its stack and its SQL, goes into the log under the correlation id that the client is given.
 */
export function createErrorFormatter(log: Log): ErrorFormatter {
  return function formatGraphQLError(formatted, original) {
    const { message, locations, path } = formatted
    const place = { ...(locations && { locations }), ...(path && { path }) }
    const refusal = refusalBehind(original)
    if (refusal !== undefined) {
      if (refusal.cause !== undefined) log.warn({ err: refusal.cause, code: refusal.code }, refusal.message)
      return { message: withoutSecrets(message), ...place, extensions: { ...refusal.extensions } }
    }
    const code = requestFault(formatted, original)
    if (code !== undefined) return { message: withoutSecrets(message), ...place, extensions: { code } }
    const cause = causeOf(original)
    const momentary = momentaryFaultIn(cause)
    if (momentary !== undefined) {
      const { message, extensions } = momentary
      log.error({ err: cause, path, code: extensions.code }, 'could not do what was asked at the moment')
      return { message, ...place, extensions: { ...extensions, correlationId: correlationId() } }
    }
    log.error({ err: cause, path }, 'masked an error')
    return { message: MASKED.message, ...place, extensions: { code: MASKED.code, correlationId: correlationId() } }
  }
}

/** graphql-js repeats values of variables, and literals and names of the document, in which a card number may be. */
const withoutSecrets = (message: string): string => withoutCardNumbers(withoutVariableValue(message))

/** The code of an error that the request's text or variables caused, before or in front of any resolver. */
function requestFault({ path, extensions }: GraphQLFormattedError, original: unknown): string | undefined {
  // What a resolver threw has a path, and may carry any code: only a Refusal is meant for the client.
  if (path !== undefined) return isArgumentFault(original) ? 'BAD_USER_INPUT' : undefined
  const { code } = extensions ?? {}
  return typeof code === 'string' && REQUEST_FAULTS.has(code) ? code : undefined
}

/** graphql-js finds a null in a non-null argument at run time only, when it comes from a variable with a default. */
function isArgumentFault(original: unknown): boolean {
  const thrown = causeOf(original)
  return thrown instanceof GraphQLError && thrown.nodes?.[0]?.kind === 'Variable'
}

function causeOf(original: unknown): unknown {
  let inner = original
  while (inner instanceof GraphQLError && inner.originalError !== undefined) inner = inner.originalError
  return inner
}

/** The codes that Apollo Server gives to requests that never reach a resolver. */
const REQUEST_FAULTS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
])
