import type { Log } from './log.ts'

/**
 * Background work that is done for many at once, and for each of them one after the other: what one tenant has much of, or what
 * is slow for it, holds up no other tenant.
 */
export class Lanes {
  readonly #name: string
  readonly #log: Log
  readonly #underWay = new Map<string, Promise<unknown>>()

  /** @param name what a log calls the work: `settlement` */
  constructor(name: string, log: Log) {
    this.#name = name
    this.#log = log
  }

  /**
   * Begins `work`, unless work of that lane is under way.
   * @param lane the tenant, or whatever else is to have its own
   * @returns what the work that was begun answered, once it has ended; undefined where it failed, which the log then tells
   */
  async begin<T>(lane: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#underWay.has(lane)) return undefined
    const done = this.#run(lane, work)
    this.#underWay.set(lane, done)
    return done
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values())
  }

  async #run<T>(lane: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      // Not before the lane is marked, whatever `work` does at once.
      await Promise.resolve()
      return await work()
    } catch (error) {
      this.#log.error({ err: error, lane }, `could not end the work of a lane: ${this.#name}`)
      return undefined
    } finally {
      this.#underWay.delete(lane)
    }
  }
}
