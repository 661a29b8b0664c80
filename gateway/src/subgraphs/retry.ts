import type { Backoff } from '../live/backoff.ts'

export interface RetryLimits {
  /** The first one included. */
  readonly tries_max: number
  readonly backoff: Backoff
  /** Retries per call in the long run: a subgraph in trouble gets so much more load and no more. */
  readonly budget_ratio: number
  /** Retries in a row after a quiet time. */
  readonly budget_max: number
}

/** How many retries may be made: each call earns a part of one. */
export class RetryBudget {
  readonly #limits: RetryLimits
  #tokens: number

  constructor(limits: RetryLimits) {
    this.#limits = limits
    this.#tokens = limits.budget_max
  }

  earn(): void {
    this.#tokens = Math.min(this.#limits.budget_max, this.#tokens + this.#limits.budget_ratio)
  }

  /** False when there is nothing left to spend. */
  spend(): boolean {
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
