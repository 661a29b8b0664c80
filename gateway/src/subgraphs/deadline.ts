import { TIMER_MS_MAX } from '@carriergraph/shared/clock.ts'

/**
 * Until when one call has to be over, its retries included. A plain timer, set and cleared: an abort signal would cost
 * four times as much on every call.
 */
export class Deadline {
  /** On the clock of `performance.now()`. */
  readonly started_ms = performance.now()
  readonly expires_ms: number
  isOver = false
  /** Ends what the call is waiting for at the moment. */
  whenOver: (() => void) | undefined
  readonly #timer: NodeJS.Timeout

  constructor(duration_ms: number) {
    this.expires_ms = this.started_ms + duration_ms
    this.#timer = setTimeout(() => this.#expire(), Math.min(TIMER_MS_MAX, duration_ms))
  }

  /** The call is over in time. */
  end(): void {
    clearTimeout(this.#timer)
  }

  #expire(): void {
    this.isOver = true
    this.whenOver?.()
  }
}
