import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { type Pace, PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
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

export type HoldExpiry = {
  start(): Promise<void>
  stop(): Promise<void>
  /** Releases what is held beyond its time, of every tenant, as far as one go reaches. */
  runOnce(): Promise<Pace>
}

/** Two at once do no harm: each release is decided once. */
export function createHoldExpiry({ database, ledgers, clock, log, schedule }: HoldExpiryOptions): HoldExpiry {
  /** @returns how many were released */
  async function expireOf(tenant: string, now: Date): Promise<number> {
    const db = database.forTenant(tenant)
    try {
      const released = await expirePending(db, ledgers.of({ tenant, db }), now)
      log.info({ tenant, released }, 'released what was held beyond its time')
      return released
    } catch (error) {
      // The other tenants must not wait for this one; it is tried again with the next round.
      log.error({ err: error, tenant }, 'could not release what is held beyond its time')
      return 0
    }
  }

  async function runOnce(): Promise<Pace> {
    const now = clock()
    const rows = await database.system
      .selectDistinct({ tenant: ledgerHold.tenantId })
      .from(ledgerHold)
      .where(lte(ledgerHold.expiresAt, now))
      .orderBy(ledgerHold.tenantId)
    let pace: Pace = 'idle'
    for (const { tenant } of rows) if ((await expireOf(tenant, now)) === EXPIRED_MAX) pace = 'again'
    return pace
  }

  const loop = new PollingLoop({
    name: 'expiry of holds',
    step: runOnce,
    interval_ms: EXPIRY_INTERVAL_MS,
    log,
    schedule,
  })
  return {
    runOnce,
    async start() {
      loop.start()
    },
    stop: () => loop.stop(),
  }
}
