import { setTimeout as after } from 'node:timers/promises'

/** Counts what is being worked on, so that a stopping server can wait for it. */
export class InFlight {
  #count = 0
  #idle = Promise.withResolvers<void>()

  constructor() {
    this.#idle.resolve()
  }

  get count(): number {
    return this.#count
  }

  /** The function returned ends the piece of work; calling it again does nothing. */
  begin(): () => void {
    if (this.#count === 0) this.#idle = Promise.withResolvers()
    this.#count += 1
    let open = true
    return () => {
      if (!open) return
      open = false
      this.#count -= 1
      if (this.#count === 0) this.#idle.resolve()
    }
  }

  /** Waits until nothing is in flight, at most `ms_max`; false when the time was up. */
  idle(ms_max: number): Promise<boolean> {
    return within(this.#idle.promise, ms_max)
  }
}

/** Whether `work` ends in time; its rejection is passed on. The work is not stopped when the time is up. */
export async function within(work: Promise<unknown>, ms_max: number): Promise<boolean> {
  const timer = new AbortController()
  const late = after(ms_max, false, { signal: timer.signal })
  // Aborting the timer rejects it, also when it has lost the race and nobody listens any more.
  late.catch(() => undefined)
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    timer.abort()
  }
}
