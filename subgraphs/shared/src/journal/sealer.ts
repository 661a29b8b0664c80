import { sql } from 'drizzle-orm'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Database, Tx } from '../db/pools.ts'
import { inTransaction } from '../db/transaction.ts'
import { type Pace, PollingLoop, type Schedule } from './polling-loop.ts'

/** How long a row may be without a seal: what is changed within this time goes unnoticed. */
const SEAL_INTERVAL_MS = 10_000

/** What is told of a seal. */
type Sealed = {
  readonly ordinal: bigint
  readonly rowCount: number
  readonly hash: Uint8Array
  /** Where each tenant has a chain of its own. */
  readonly tenantId?: string
}

/** What one step has sealed, and whether more may be sealed at once. */
export type SealedRange = { readonly seals: readonly Sealed[]; readonly isLast: boolean }

export type SealerOptions = {
  readonly database: Database
  readonly log: Logger
  readonly clock: Clock
  readonly schedule?: Schedule | undefined
}

/**
 * Chains settled rows in the background, range by range: who changes one later has to change every seal after it. The hash
 * of each seal is logged, so that the log, which is kept elsewhere, witnesses the chain's end.
 */
export class Sealer {
  readonly #what: string
  readonly #sealNext: (tx: Tx, now: Date) => Promise<SealedRange>
  readonly #options: SealerOptions
  readonly #loop: PollingLoop

  /** @param what is sealed, as the log and the lock name it */
  constructor(what: string, sealNext: (tx: Tx, now: Date) => Promise<SealedRange>, options: SealerOptions) {
    this.#what = what
    this.#sealNext = sealNext
    this.#options = options
    const { log, schedule } = options
    const step = () => this.runOnce()
    this.#loop = new PollingLoop({ name: `${what} sealer`, step, interval_ms: SEAL_INTERVAL_MS, log, schedule })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** Seals the next range, if there is one and no other process is sealing. */
  async runOnce(): Promise<Pace> {
    const { database, log, clock } = this.#options
    const { seals, isLast } = await inTransaction(database.system, async (tx) =>
      (await isAlone(tx, this.#what)) ? this.#sealNext(tx, clock()) : NOTHING,
    )
    for (const { tenantId: tenant, ordinal, rowCount: rows, hash } of seals) {
      const sealed = { ordinal: ordinal.toString(), rows, hash: Buffer.from(hash).toString('hex') }
      log.info(tenant === undefined ? sealed : { tenant, ...sealed }, `${this.#what} sealed`)
    }
    return isLast ? 'idle' : 'again'
  }
}

const NOTHING: SealedRange = { seals: [], isLast: true }

async function isAlone(tx: Tx, what: string): Promise<boolean> {
  const [lock] = await tx.execute<{ got: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended(${`seal the ${what}`}, 0)) as got`,
  )
  return lock?.got === true
}
