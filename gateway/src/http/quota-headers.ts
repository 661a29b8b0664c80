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
  for (const { extensions } of errors)
    if (typeof extensions?.retryAfter_s === 'number') response.setHeader('retry-after', extensions.retryAfter_s)
}
