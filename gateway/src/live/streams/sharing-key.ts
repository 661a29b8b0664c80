import { hash } from 'node:crypto'
import type { RequestContext } from '../../request-context.ts'

/** Claims about the token, which a renewal changes, and not about whom it speaks for (RFC 7519, 4.1). */
const CLAIMS_OF_THE_TOKEN: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'jti'])

/**
 * Everything that a subgraph may make its answer depend on, besides the operation. Those for whom it is the same see the
 * same, and may share a stream.
 */
export interface Sharing {
  /** As the client sent them, without the one that says where to start. */
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  /** A stream that cannot be opened again under another token is shared only under one and the same. */
  readonly isBoundToToken: boolean
}

export function sharingKey({ variables, context, isBoundToToken }: Sharing): string {
  const { authorization, forwarded = [] } = context
  const identity = isBoundToToken ? authorization : identityOf(authorization)
  return hash('sha256', canonicalJson([variables, identity ?? null, forwarded]), 'base64')
}

/** Whom a verified authorization speaks for: all claims of its token that outlive the token. */
function identityOf(authorization: string | undefined): unknown {
  const payload = authorization?.split('.')[1]
  if (payload === undefined) return authorization
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  return Object.fromEntries(Object.entries(Object(claims)).filter(([name]) => !CLAIMS_OF_THE_TOKEN.has(name)))
}

/** JSON in which the order of an object's keys does not show. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
