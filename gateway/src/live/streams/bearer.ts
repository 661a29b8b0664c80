import type { RequestContext } from '../../request-context.ts'

/** Of those whose token is good at `now` and not among `spent`, the one whose token lasts longest. */
export function longestLasting(
  contexts: Iterable<RequestContext>,
  spent: ReadonlySet<string | undefined>,
  now: Date,
): RequestContext | undefined {
  let next: RequestContext | undefined
  let lasts_ms = now.getTime()
  for (const context of contexts) {
    const until_ms = context.actor.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY
    if (until_ms <= lasts_ms || spent.has(context.authorization)) continue
    next = context
    lasts_ms = until_ms
  }
  return next
}
