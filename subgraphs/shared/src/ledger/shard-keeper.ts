import type { Clock } from '../clock.ts'
import type { Database } from '../db/pools.ts'
import type { Schedule } from '../journal/polling-loop.ts'
import type { LaneWorker } from '../lane-worker.ts'
import type { Log } from '../log.ts'
import { createHoldExpiry, releaseExpired, tenantsWithExpired } from './hold-expiry.ts'
import { LedgerSealer } from './seal.ts'
import type { ShardSet } from './shard-set.ts'

export type ShardKeeperOptions = {
  readonly shards: Pick<ShardSet, 'databases' | 'ledgers'>
  readonly clock: Clock
  /** Told of every seal and release, with the place of the shard. */
  readonly log: Log
  readonly schedule?: Schedule
}

type KeptShard = {
  readonly database: Database
  readonly log: Log
  readonly sealer: LedgerSealer
  readonly expiry: LaneWorker
}

/**
 * Does for the books of every shard what payments does for its own: seals what was decided, and releases what is held
 * beyond its time. Any number of them may run, beside whoever posts: what one seals or releases, another finds done.
 */
export class ShardKeeper {
  readonly #options: ShardKeeperOptions
  readonly #kept: readonly KeptShard[]

  constructor(options: ShardKeeperOptions) {
    this.#options = options
    const { shards, clock, schedule } = options
    this.#kept = shards.databases.map((database, shard) => {
      const common = { database, clock, schedule, log: options.log.child({ shard }) }
      return {
        ...common,
        sealer: new LedgerSealer(common),
        expiry: createHoldExpiry({ ...common, ledgers: shards.ledgers }),
      }
    })
  }

  start(): void {
    for (const { sealer, expiry } of this.#kept) {
      sealer.start()
      expiry.start()
    }
  }

  /** Resolves when what is in hand is done with. */
  async stop(): Promise<void> {
    await Promise.all(this.#kept.flatMap(({ sealer, expiry }) => [sealer.stop(), expiry.stop()]))
  }

  /**
   * Releases all that is held beyond its time, and seals all that nobody can add to any more. Neither a shard nor a tenant
   * that fails holds up another. @throws the first one's error
   */
  async runOnce(): Promise<void> {
    const kept = await Promise.allSettled(this.#kept.map((shard) => this.#keep(shard)))
    const failed = kept.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  async #keep(shard: KeptShard): Promise<void> {
    try {
      await this.#release(shard)
    } finally {
      while ((await shard.sealer.runOnce()) === 'again');
    }
  }

  async #release({ database, log }: KeptShard): Promise<void> {
    const { shards, clock } = this.#options
    const now = clock()
    const errors: unknown[] = []
    for (const tenant of await tenantsWithExpired(database, now))
      await releaseExpired(tenant, { database, ledgers: shards.ledgers, log, now }).catch((error) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
}
