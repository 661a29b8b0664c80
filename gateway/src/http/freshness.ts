import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Freshness } from '../caching/response-cache.ts'

/** The headers that say for how long an answer may be kept, and by whom. */
export function freshnessHeaders(freshness: Freshness | undefined): readonly string[] {
  if (freshness === undefined) return ['cache-control', 'no-store']
  const { audience, maxAge_s, age_s } = freshness
  // Who may read it is checked here, and by no cache on the way.
  const scope = audience === 'everyone' ? 'public' : 'private'
  return ['cache-control', `${scope}, max-age=${maxAge_s}`, ...(age_s > 0 ? ['age', String(age_s)] : [])]
}

/** The headers of a request that make an answer another one, as the caches on the way are told. */
export type Vary = (freshness: Freshness | undefined) => string

/** @param forwarded the names of headers that subgraphs get, and may answer by */
export function createVary(forwarded: readonly string[]): Vary {
  const plain = 'accept, accept-encoding'
  const kept = [plain, ...forwarded].join(', ')
  // Who signs in as somebody else must not be given what a browser kept for the one before.
  return (freshness) =>
    freshness === undefined ? plain : freshness.audience === 'everyone' ? kept : `${kept}, authorization`
}

/** Names an answer's text. Weak, as the same text may be compressed in several ways. */
export const entityTag = (text: string): string => `W/"${hash('sha256', text, 'base64url')}"`

/** Whether the client says that it has the answer of this tag already. */
export function hasAlready({ headers }: IncomingMessage, tag: string): boolean {
  const listed = headers['if-none-match']?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? []
  return listed.includes(tag.replace(/^W\//, '')) || listed.includes('*')
}
