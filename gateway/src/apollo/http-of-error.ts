import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { retryAfterOf } from '../http/quota-headers.ts'
import { headersOfStatus, statusOf } from '../http/status.ts'

/** The member of an error's extensions by which Apollo Server is told what to answer with; it takes that out again. */
export interface HttpOfError {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

/** What our own door answers with where there is no data but these errors; undefined where Apollo Server may choose. */
export function httpOf(errors: readonly Pick<GraphQLFormattedError, 'extensions'>[]): HttpOfError | undefined {
  const status = statusOf(errors)
  if (status === undefined) return undefined
  const headers = new Map<string, string>()
  const [name, value] = headersOfStatus(status)
  if (name !== undefined && value !== undefined) headers.set(name, value)
  const retryAfter_s = errors.map(retryAfterOf).find((seconds) => seconds !== undefined)
  if (retryAfter_s !== undefined) headers.set('retry-after', String(retryAfter_s))
  return { status, headers }
}

/**
 * Whether Apollo Server, or a plugin, has refused a request as its sender's fault without giving it a code, as the
 * former does with persisted queries whose version or hash is wrong.
 */
export function isUncodedRefusal(error: unknown): error is GraphQLError {
  if (!(error instanceof GraphQLError) || error.extensions.code !== undefined) return false
  const status: unknown = Reflect.get(Object(error.extensions.http), 'status')
  return typeof status === 'number' && status >= 400 && status < 500
}
