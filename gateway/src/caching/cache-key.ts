import { hash } from 'node:crypto'
import { identityOf } from '../identity.ts'
import type { RequestContext } from '../request-context.ts'
import type { Audience } from './cache-policy.ts'

/**
 * The key of an answer. Of fixed length and unreadable: keys are stored where answers are, and variables are nobody's
 * business there.
 * @param parts all that the answer depends on beside its request's caller and headers, as JSON
 */
export function cacheKey(
  parts: readonly unknown[],
  audience: Audience,
  { authorization, forwarded = [] }: RequestContext,
): string {
  const caller = audience === 'caller' ? ['caller', identityOf(authorization) ?? null] : ['shared']
  return hash('sha256', JSON.stringify([parts, caller, forwarded]), 'base64url')
}
