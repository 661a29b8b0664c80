import type { ServerResponse } from 'node:http'
import type { GraphQLFormattedError } from 'graphql'
import type { QuotaState } from '../admission/quotas.ts'

/** What is left of the client's quotas, as draft-ietf-httpapi-ratelimit-headers has it. */
export function setQuotaHeaders(response: ServerResponse, states: readonly QuotaState[]): void {
  if (states.length === 0) return
  const policies = states.map(({ name, points_max, window_s }) => `"${name}";q=${points_max};w=${window_s}`)
  const left = states.map(({ name, points_left, reset_s }) => `"${name}";r=${points_left};t=${reset_s}`)
  response.setHeader('ratelimit-policy', policies.join(', '))
  response.setHeader('ratelimit', left.join(', '))
}

/** When the client may try again, where an error says so. */
export function setRetryAfter(response: ServerResponse, errors: readonly GraphQLFormattedError[]): void {
  for (const error of errors) {
    const retryAfter_s = retryAfterOf(error)
    if (retryAfter_s !== undefined) response.setHeader('retry-after', retryAfter_s)
  }
}

export function retryAfterOf({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): number | undefined {
  const retryAfter_s: unknown = extensions?.retryAfter_s
  return typeof retryAfter_s === 'number' ? retryAfter_s : undefined
}
