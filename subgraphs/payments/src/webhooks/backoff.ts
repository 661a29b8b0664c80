/** Tries of one delivery: the first, and those of about two days. */
export const ATTEMPTS_MAX = 10
/** The pause after the first try. Each is five times the one before, up to the longest. */
export const FIRST_PAUSE_MS = 5_000
export const PAUSE_GROWTH = 5
export const PAUSE_MAX_MS = 12 * 3_600_000

/** Failures in a row from which an endpoint is left alone for a while, whichever delivery is due. */
export const REST_AFTER_FAILURES = 3
export const FIRST_REST_MS = 1_000
export const REST_MAX_MS = 300_000
/** A receiver may ask for a longer rest, but not for one of days. */
export const RETRY_AFTER_MAX_MS = 3_600_000

/**
 * The pause before the next try of a delivery, in ms. Its second half is left to chance, so that what failed together is
 * not tried together.
 * @param failures tries that have failed, 1 or more
 * @param random 0 to 1, not 1 itself
 */
export const pauseAfter_ms = (failures: number, random: number): number =>
  half(Math.min(FIRST_PAUSE_MS * PAUSE_GROWTH ** (failures - 1), PAUSE_MAX_MS), random)

/** How long an endpoint is left alone after failures in a row; 0 where it need not be. A receiver's own wish counts. */
export function restAfter_ms(failuresInRow: number, random: number, retryAfter_ms: number | null): number {
  const wished_ms = Math.min(retryAfter_ms ?? 0, RETRY_AFTER_MAX_MS)
  if (failuresInRow < REST_AFTER_FAILURES) return wished_ms
  const rest_ms = Math.min(FIRST_REST_MS * 2 ** (failuresInRow - REST_AFTER_FAILURES), REST_MAX_MS)
  return Math.max(wished_ms, half(rest_ms, random))
}

const half = (pause_ms: number, random: number): number => Math.round(pause_ms / 2 + (random * pause_ms) / 2)
