import { type Pace, PollingLoop, type Schedule } from '../journal/polling-loop.ts'
import type { Log } from '../log.ts'
import type { ShardSet } from './shard-set.ts'
import type { Resumed } from './sharded-ledger.ts'

/** How late a crossing whose process died can be, beside the seconds in which somebody may still be at it. */
export const RESUME_INTERVAL_MS = 5_000

export type CrossingResumerOptions = {
  readonly shards: Pick<ShardSet, 'tenants' | 'ledgerOf'>
  readonly log: Log
  /** Told of a tenant of whom something was ended, or waits. */
  readonly onResumed?: (tenant: string, resumed: Resumed) => void
  readonly schedule?: Schedule
}

/**
 * Ends the transfers from shard to shard that a killed process left between their steps, for the client that never asks
 * again. Any number of them may run, beside whoever posts: each step happens once.
 */
export class CrossingResumer {
  readonly #options: CrossingResumerOptions
  readonly #loop: PollingLoop

  constructor(options: CrossingResumerOptions) {
    this.#options = options
    this.#loop = new PollingLoop({
      name: 'resumer of crossings',
      interval_ms: RESUME_INTERVAL_MS,
      log: options.log,
      schedule: options.schedule,
      step: async (): Promise<Pace> => {
        const { ended } = await this.runOnce()
        // There may be more than are read at once.
        return ended > 0 ? 'again' : 'idle'
      },
    })
  }

  start(): void {
    this.#loop.start()
  }

  /** Resolves when the crossings in hand are done with. */
  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Of all tenants. A tenant that fails holds up no other, and is tried again. @throws the first one's error */
  async runOnce(): Promise<Resumed> {
    const { shards, log, onResumed } = this.#options
    const sum = { ended: 0, waiting: 0, underWay: 0 }
    const errors: unknown[] = []
    for (const tenant of await shards.tenants()) {
      try {
        const resumed = await shards.ledgerOf(tenant).resume()
        if (resumed.ended + resumed.waiting > 0) {
          log.info({ tenant, ...resumed }, 'went on with transfers between shards')
          onResumed?.(tenant, resumed)
        }
        sum.ended += resumed.ended
        sum.waiting += resumed.waiting
        sum.underWay += resumed.underWay
      } catch (error) {
        log.error({ err: error, tenant }, 'could not go on with transfers between shards')
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
    return sum
  }
}
