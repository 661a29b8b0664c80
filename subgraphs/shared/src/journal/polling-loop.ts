import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger } from 'pino'

/** What a step found: more to do at once, something that will be ready shortly, or nothing. */
export type Pace = 'again' | 'soon' | 'idle'

/** Calls `run` once after that time; returns how to call it off. Tests give one that they move by hand. */
export type Schedule = (run: () => void, after_ms: number) => () => void

export const schedule: Schedule = (run, after_ms) => {
  const timer = setTimeout(run, after_ms)
  return () => clearTimeout(timer)
}

/** The first pause after 'soon'; it doubles up to the interval. */
export const SOON_MS = 5
/** The first pause after a failure; it doubles up to the longest. */
export const FAILURE_PAUSE_MS = 100
export const FAILURE_PAUSE_MAX_MS = 10_000

export type PollingLoopOptions = {
  /** What the log calls it. */
  readonly name: string
  readonly step: () => Promise<Pace>
  /** The net below `wake`: the longest time without a step. */
  readonly interval_ms: number
  readonly log: Logger
  readonly schedule?: Schedule | undefined
}

/** Runs one step after the other: when woken, and from time to time. A failed step is logged and tried again. */
export class PollingLoop {
  readonly #options: PollingLoopOptions
  readonly #schedule: Schedule
  #cancel: (() => void) | undefined
  #running: Promise<void> | undefined
  #isStarted = false
  #isWoken = false
  #soonInARow = 0
  #failuresInARow = 0
  /** Whoever wakes it does so in the middle of a request, whose correlation id and span are not the loop's. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot()

  constructor(options: PollingLoopOptions) {
    this.#options = options
    this.#schedule = options.schedule ?? schedule
  }

  start(): void {
    this.#isStarted = true
    this.wake()
  }

  /** Takes a step now, or right after the one that is running. */
  wake(): void {
    this.#soonInARow = 0
    this.#isWoken = true
    if (this.#running === undefined) this.#inOwnContext(() => this.#next(0))
  }

  /** Resolves when the running step, if any, has ended; none starts afterwards. */
  async stop(): Promise<void> {
    this.#isStarted = false
    this.#cancel?.()
    await this.#running
  }

  #next(after_ms: number): void {
    this.#cancel?.()
    if (!this.#isStarted) return
    if (after_ms === 0) this.#run()
    else this.#cancel = this.#schedule(() => this.#run(), after_ms)
  }

  #run(): void {
    this.#isWoken = false
    this.#running = this.#step().then((pause_ms) => {
      this.#running = undefined
      this.#next(this.#isWoken && this.#failuresInARow === 0 ? 0 : pause_ms)
    })
  }

  /** @returns the pause until the next step */
  async #step(): Promise<number> {
    const { step, interval_ms, log, name } = this.#options
    try {
      const pace = await step()
      this.#failuresInARow = 0
      if (pace !== 'soon') this.#soonInARow = 0
      if (pace === 'again') return 0
      if (pace === 'idle') return interval_ms
      return Math.min(SOON_MS * 2 ** this.#soonInARow++, interval_ms)
    } catch (error) {
      const pause_ms = Math.min(FAILURE_PAUSE_MS * 2 ** this.#failuresInARow++, FAILURE_PAUSE_MAX_MS)
      log.warn({ err: error, pause_ms }, `${name} failed; trying again`)
      return pause_ms
    }
  }
}
