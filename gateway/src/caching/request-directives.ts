/** What a client's Cache-Control says about the answer that it wants. */
export interface RequestDirectives {
  /** Nothing of it may be kept. */
  readonly noStore: boolean
  /** Nothing that was kept may be answered, not even in place of an error. */
  readonly noCache: boolean
  /** A kept answer may be this old; one that stands in for an error, older (RFC 5861, 4). */
  readonly maxAge_s: number
}

const ANY: RequestDirectives = { noStore: false, noCache: false, maxAge_s: Number.POSITIVE_INFINITY }

/** Reads `no-store`, `no-cache` and `max-age` (RFC 9111, 5.2.1), and passes over what else there is. */
export function requestDirectives(header: string | undefined): RequestDirectives {
  if (header === undefined) return ANY
  const directives = header
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  const ages = directives.flatMap((directive) => /^max-age="?(\d+)"?$/.exec(directive)?.[1] ?? [])
  const noCache = directives.includes('no-cache')
  return {
    noStore: directives.includes('no-store'),
    noCache,
    maxAge_s: noCache ? 0 : Math.min(ANY.maxAge_s, ...ages.map(Number)),
  }
}
