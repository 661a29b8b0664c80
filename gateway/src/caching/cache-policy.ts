/**
 * Who may be given an answer that was made for somebody: `everyone`; those who may read every part of it, `permitted`;
 * or nobody but that `caller`.
 */
export type Audience = (typeof AUDIENCES)[number]

/** From the widest to the narrowest. */
const AUDIENCES = ['everyone', 'permitted', 'caller'] as const

/** How long an answer may be used, and for whom. */
export interface CachePolicy {
  /** Above 0: what may not be kept at all has no policy. */
  readonly maxAge_s: number
  /** For how much longer it may stand in while its subgraph fails. */
  readonly staleIfError_s: number
  readonly audience: Audience
}

/** The policy of what is made of several parts: as short-lived as the shortest, for the narrowest audience. */
export const strictest = (one: CachePolicy, other: CachePolicy): CachePolicy => ({
  maxAge_s: Math.min(one.maxAge_s, other.maxAge_s),
  staleIfError_s: Math.min(one.staleIfError_s, other.staleIfError_s),
  audience: narrowest(one.audience, other.audience),
})

export const narrowest = (one: Audience, other: Audience): Audience =>
  AUDIENCES.indexOf(one) < AUDIENCES.indexOf(other) ? other : one
