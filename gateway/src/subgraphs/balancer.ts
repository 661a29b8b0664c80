import type { CircuitBreaker } from './circuit-breaker.ts'

interface Candidate {
  readonly breaker: Pick<CircuitBreaker, 'state' | 'admits'>
  /** Calls under way. */
  readonly outstanding: number
}

export interface Preference<T> {
  /** Whether the call may find out if one that failed is well again: a first try that can be repeated elsewhere. */
  readonly mayProbe: boolean
  /** Where the call failed just now. */
  readonly avoided: T | undefined
  /** Among equals the turn decides. Counts up with each call. */
  readonly turn: number
}

/**
 * Of those that may be called the one with the fewest calls under way. One whose circuit is half-open comes first if the
 * call may probe and last if not; undefined when no circuit lets a call pass.
 */
export function choose<T extends Candidate>(candidates: readonly T[], preference: Preference<T>): T | undefined {
  let chosen: T | undefined
  let chosenRank = Number.POSITIVE_INFINITY
  for (let i = 0; i < candidates.length; i += 1) {
    const candidate = candidates[(preference.turn + i) % candidates.length]
    if (candidate === undefined || !candidate.breaker.admits()) continue
    const rank = rankOf(candidate, preference)
    if (
      chosen !== undefined &&
      (rank > chosenRank || (rank === chosenRank && candidate.outstanding >= chosen.outstanding))
    )
      continue
    chosen = candidate
    chosenRank = rank
  }
  return chosen
}

function rankOf<T extends Candidate>(candidate: T, { mayProbe, avoided }: Preference<T>): number {
  const probed = candidate.breaker.state === 'closed' ? 0 : mayProbe ? -1 : 2
  return candidate === avoided ? probed + 1 : probed
}
