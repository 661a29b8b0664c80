import { PollingLoop, type PollingLoopOptions } from './journal/polling-loop.ts'
import { Lanes } from './lanes.ts'

export type LaneWorkerOptions = Omit<PollingLoopOptions, 'step'> & {
  /** Looks for work and begins it, each in its lane. @returns how much each lane has done, once it has */
  readonly begin: (lanes: Lanes) => Promise<readonly Promise<number | undefined>[]>
}

/**
 * Looks for work from time to time, and does it in lanes. What was begun is not waited for before the next look: a tenant with
 * much to do does not keep that of others from being found.
 */
export class LaneWorker {
  readonly #begin: () => Promise<readonly Promise<number | undefined>[]>
  readonly #lanes: Lanes
  readonly #loop: PollingLoop
  #isStopping = false

  constructor({ begin, ...options }: LaneWorkerOptions) {
    this.#lanes = new Lanes(options.name, options.log)
    this.#begin = () => begin(this.#lanes)
    this.#loop = new PollingLoop({
      ...options,
      step: async () => {
        await this.#begin()
        return 'idle'
      },
    })
  }

  /** Whether a lane with much to do ends behind what it has in hand. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Looks once. Resolves with how much was done, lanes that failed aside. */
  async runOnce(): Promise<number> {
    let sum = 0
    for (const done of await Promise.all(await this.#begin())) sum += done ?? 0
    return sum
  }

  start(): void {
    this.#loop.start()
  }

  /** Resolves when what was begun has ended. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#loop.stop()
    await this.#lanes.idle()
  }
}
