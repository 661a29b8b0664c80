import type { Deadline } from './deadline.ts'
import { CallFailure, deadlinePassed } from './failure.ts'

export interface BulkheadLimits {
  /** Calls that are under way at once. */
  readonly in_flight_max: number
  /** Calls that wait for one of those to end. */
  readonly queue_max: number
}

/** Keeps the calls to one subgraph in bounds, so that a slow one takes neither memory nor sockets from the others. */
export class Bulkhead {
  readonly #limits: BulkheadLimits
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>()
  #inFlight = 0

  constructor(limits: BulkheadLimits) {
    this.#limits = limits
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get queued(): number {
    return this.#waiting.size
  }

  /** Takes a place if one is free. Whoever has one gives it back by `leave`. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#limits.in_flight_max) return false
    this.#inFlight += 1
    return true
  }

  /**
   * Resolves with a place once one is free.
   * @throws CallFailure OVERLOADED at once when too many wait already, or DEADLINE
   */
  async enter(deadline: Deadline): Promise<void> {
    if (this.tryEnter()) return
    if (this.#waiting.size >= this.#limits.queue_max) throw new CallFailure('OVERLOADED', 'too many calls are waiting')
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const proceed = (): void => {
      deadline.whenOver = undefined
      resolve()
    }
    this.#waiting.add(proceed)
    deadline.whenOver = () => {
      this.#waiting.delete(proceed)
      reject(deadlinePassed())
    }
    return promise
  }

  /** Gives the place to the one who has waited longest. */
  leave(): void {
    const [next] = this.#waiting
    if (next === undefined) this.#inFlight -= 1
    else {
      this.#waiting.delete(next)
      next()
    }
  }
}
