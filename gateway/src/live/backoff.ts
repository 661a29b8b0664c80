export interface Backoff {
  readonly first_ms: number
  readonly ms_max: number
}

/**
 * The wait before reconnecting, doubling with each failed attempt (0 for the first). Full jitter: a thousand gateways
 * that lost the same subgraph must not come back in step. `random` is in [0, 1).
 */
export const backoff_ms = ({ first_ms, ms_max }: Backoff, attempt: number, random: number): number =>
  Math.ceil(Math.min(ms_max, first_ms * 2 ** attempt) * random)
