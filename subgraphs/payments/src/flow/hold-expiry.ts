import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { LaneWorker } from '@carriergraph/shared/lane-worker.ts'
import type { Lanes } from '@carriergraph/shared/lanes.ts'
import { EXPIRED_MAX, expirePending } from '@carriergraph/shared/ledger/expire-pending.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { ledgerHold } from '@carriergraph/shared/ledger/tables.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { lte } from 'drizzle-orm'

/** How long after its expiry something may still be held. Nothing can be posted from it all the same. */
export const EXPIRY_INTERVAL_MS = 5_000

export type HoldExpiryOptions = {
  readonly database: Database
  readonly ledgers: Ledgers
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule
}

/**
 * Releases what is held beyond its time, of every tenant; `runOnce` resolves with how much that was. Two at once do no harm:
 * each release is decided once.
 */
export function createHoldExpiry({ database, ledgers, clock, log, schedule }: HoldExpiryOptions): LaneWorker {
  async function expireOf(tenant: string, now: Date): Promise<number> {
    const db = database.forTenant(tenant)
    let sum = 0
    let released: number
    do {
      released = await expirePending(db, ledgers.of({ tenant, db }), now)
      sum += released
      log.info({ tenant, released }, 'released what was held beyond its time')
    } while (released === EXPIRED_MAX && !worker.isStopping)
    return sum
  }

  async function begin(lanes: Lanes): Promise<Promise<number | undefined>[]> {
    const now = clock()
    const rows = await database.system
      .selectDistinct({ tenant: ledgerHold.tenantId })
      .from(ledgerHold)
      .where(lte(ledgerHold.expiresAt, now))
      .orderBy(ledgerHold.tenantId)
    return rows.map(({ tenant }) => lanes.begin(tenant, () => expireOf(tenant, now)))
  }

  const worker = new LaneWorker({ name: 'expiry of holds', begin, interval_ms: EXPIRY_INTERVAL_MS, log, schedule })
  return worker
}
