import type { Clock } from '@carriergraph/shared/clock.ts'

export interface MessageRateLimits {
  readonly messages_per_s_max: number
  /** Messages that may come at once after a pause. */
  readonly messages_burst_max: number
}

/** A token bucket for the messages of one client. */
export class MessageRate {
  readonly #limits: MessageRateLimits
  readonly #clock: Clock
  #left: number
  #at_ms: number

  constructor(limits: MessageRateLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
    this.#left = limits.messages_burst_max
    this.#at_ms = clock().getTime()
  }

  /** Counts a message; false when it is one too many. */
  take(): boolean {
    const { messages_per_s_max, messages_burst_max } = this.#limits
    const now_ms = this.#clock().getTime()
    // A clock that was set back must not take away what a client had left.
    const refill = (Math.max(now_ms - this.#at_ms, 0) * messages_per_s_max) / 1_000
    this.#at_ms = now_ms
    this.#left = Math.min(this.#left + refill, messages_burst_max)
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }
}
