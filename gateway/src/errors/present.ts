import { correlationId, isCorrelationId } from '@carriergraph/shared/correlation.ts'
import { type ErrorFormatter, MASKED } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { GraphQLFormattedError } from 'graphql'

/**
 * Codes that say nothing a client could act on: bugs and outages behind the gateway. Their messages may carry hosts,
 * statements or stack lines, so they are replaced.
 */
const MASKED_CODES: ReadonlySet<string> = new Set([MASKED.code, 'DOWNSTREAM_SERVICE_ERROR'])

/** What servers of GraphQL add for developers, or for tracing, in lower case; none of it is meant to travel. */
const PRIVATE_EXTENSIONS: ReadonlySet<string> = new Set([
  'debug',
  'debugmessage',
  'exception',
  'ftv1',
  'http',
  'originalerror',
  'servicename',
  'stack',
  'stacktrace',
  'trace',
])

/**
 * An error as a client may see it: one with a code keeps its message, code and path; any other becomes
 * INTERNAL_SERVER_ERROR with nothing but its path and the correlation id under which the log has the rest.
 */
export function presentError(error: GraphQLFormattedError, id: string): GraphQLFormattedError {
  const { message, locations, path, extensions } = error
  const place = { ...(locations && { locations }), ...(path && { path }) }
  if (isMasked(error)) {
    // A call that several requests shared is logged under the id of one of them.
    const logged = extensions?.correlationId
    const told = { code: MASKED.code, correlationId: isCorrelationId(logged) ? logged : id }
    return { message: MASKED.message, ...place, extensions: told }
  }
  const visible = Object.entries(extensions ?? {}).filter(([name]) => !PRIVATE_EXTENSIONS.has(name.toLowerCase()))
  return { message, ...place, extensions: Object.fromEntries(visible) }
}

/** `presentError` for several; what it masks goes into the log, once, under the id that clients are told. */
export function presentErrors(
  errors: readonly GraphQLFormattedError[],
  id: string,
  tell: { readonly log: Pick<Log, 'error'>; readonly message: string },
): readonly GraphQLFormattedError[] {
  return errors.map((error) => {
    const presented = presentError(error, id)
    if (isMasked(error))
      tell.log.error({ err: error, correlationId: presented.extensions?.correlationId }, tell.message)
    return presented
  })
}

/** Whether clients are told no more than that something failed: what has no code that is a text says nothing else. */
export function isMasked({ extensions }: GraphQLFormattedError): boolean {
  const code = extensions?.code
  return typeof code !== 'string' || code === '' || MASKED_CODES.has(code)
}

/** `presentError` under the correlation id of the work in hand; what it masks goes into the log. */
export const createErrorPresenter =
  (log: Log): ErrorFormatter =>
  (formatted, original) => {
    if (isMasked(formatted)) log.error({ err: original, path: formatted.path }, 'an operation failed')
    return presentError(formatted, correlationId() ?? '')
  }
