import { correlationId } from '@carriergraph/shared/correlation.ts'
import { type ErrorFormatter, MASKED } from '@carriergraph/shared/edge-errors.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { GraphQLFormattedError } from 'graphql'

/**
 * Codes that say nothing a client could act on: bugs and outages behind the gateway. Their messages may carry hosts,
 * statements or stack lines, so they are replaced.
 */
const MASKED_CODES: ReadonlySet<unknown> = new Set([undefined, MASKED.code, 'DOWNSTREAM_SERVICE_ERROR'])

/** What a subgraph adds for developers, never meant to travel. */
const PRIVATE_EXTENSIONS = ['stacktrace', 'exception', 'originalError', 'http', 'serviceName']

/**
 * An error as a client may see it: one with a code keeps its message, code and path; any other becomes
 * INTERNAL_SERVER_ERROR with nothing but its path and the correlation id under which the log has the rest.
 */
export function presentError(error: GraphQLFormattedError, id: string): GraphQLFormattedError {
  const { message, locations, path, extensions } = error
  const place = { ...(locations && { locations }), ...(path && { path }) }
  if (isMasked(error))
    return {
      message: MASKED.message,
      ...place,
      extensions: { code: MASKED.code, correlationId: extensions?.correlationId ?? id },
    }
  const visible = Object.entries(extensions ?? {}).filter(([name]) => !PRIVATE_EXTENSIONS.includes(name))
  return { message, ...place, extensions: Object.fromEntries(visible) }
}

export const isMasked = (error: GraphQLFormattedError): boolean => MASKED_CODES.has(error.extensions?.code)

/** `presentError` under the correlation id of the work in hand; what it masks goes into the log. */
export const createErrorPresenter =
  (log: Log): ErrorFormatter =>
  (formatted, original) => {
    if (isMasked(formatted)) log.error({ err: original, path: formatted.path }, 'an operation failed')
    return presentError(formatted, correlationId() ?? '')
  }
