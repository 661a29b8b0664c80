/** Claims about the token, which a renewal changes, and not about whom it speaks for (RFC 7519, 4.1). */
const CLAIMS_OF_THE_TOKEN: ReadonlySet<string> = new Set(['exp', 'nbf', 'iat', 'jti'])

/**
 * Whom a verified authorization speaks for: all claims of its token that outlive the token, by name. A subgraph may make
 * its answer depend on any of them.
 */
export function identityOf(authorization: string | undefined): unknown {
  const payload = authorization?.split('.')[1]
  if (payload === undefined) return authorization
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  return Object.fromEntries(
    Object.entries(Object(claims))
      .filter(([name]) => !CLAIMS_OF_THE_TOKEN.has(name))
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}
