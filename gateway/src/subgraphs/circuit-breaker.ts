export type CircuitState = 'closed' | 'open' | 'half-open'

export interface CircuitLimits {
  /** So many failures in a row open it. */
  readonly failures_max: number
  /** How long it stays open before a probe may pass. */
  readonly open_ms: number
  /** So many probes have to succeed, one after the other, to close it. */
  readonly successes_min: number
}

/** Stands for one call that was let through; what came of the call is told under it. */
export type Permit = number

export interface CircuitBreakerOptions {
  readonly limits: CircuitLimits
  /** A monotonic clock, in ms. */
  readonly now: () => number
  readonly changed: (state: CircuitState) => void
}

/**
 * Closed: everything passes. Open: nothing does, so that one who is down is not asked again and again, and callers do not
 * wait for it. Half-open: one probe at a time. A call that was let through in an earlier state says nothing about this
 * one, so its outcome is not counted.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions
  #state: CircuitState = 'closed'
  /** Goes up with every change of state. */
  #period: Permit = 0
  /** In a row: failures while closed, successes while half-open. */
  #streak = 0
  #opened_ms = 0
  #isProbing = false

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
  }

  /** `half-open` from the moment in which a probe may pass. */
  get state(): CircuitState {
    return this.#state === 'open' && this.#isDue() ? 'half-open' : this.#state
  }

  /** Whether a call may be made now. */
  admits(): boolean {
    if (this.#state === 'closed') return true
    return this.#state === 'open' ? this.#isDue() : !this.#isProbing
  }

  /** A call is being made; ask `admits` first. */
  begin(): Permit {
    if (this.#state === 'open') this.#turn('half-open')
    this.#isProbing = this.#state === 'half-open'
    return this.#period
  }

  succeeded(permit: Permit): void {
    if (permit !== this.#period) return
    if (this.#state === 'closed') this.#streak = 0
    else {
      this.#isProbing = false
      if (++this.#streak >= this.#options.limits.successes_min) this.#turn('closed')
    }
  }

  failed(permit: Permit): void {
    if (permit !== this.#period) return
    if (this.#state === 'closed' && ++this.#streak < this.#options.limits.failures_max) return
    this.#opened_ms = this.#options.now()
    this.#turn('open')
  }

  /** The call ended in a way that tells nothing about whom it was made to. */
  abandoned(permit: Permit): void {
    if (permit === this.#period) this.#isProbing = false
  }

  #isDue(): boolean {
    return this.#options.now() - this.#opened_ms >= this.#options.limits.open_ms
  }

  #turn(state: CircuitState): void {
    this.#state = state
    this.#period += 1
    this.#streak = 0
    this.#isProbing = false
    this.#options.changed(state)
  }
}
