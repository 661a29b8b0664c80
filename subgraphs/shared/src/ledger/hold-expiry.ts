import { lte } from 'drizzle-orm'
import type { Clock } from '../clock.ts'
import type { Database } from '../db/pools.ts'
import type { Schedule } from '../journal/polling-loop.ts'
import { LaneWorker } from '../lane-worker.ts'
import type { Lanes } from '../lanes.ts'
import type { Log } from '../log.ts'
import { expirePending } from './expire-pending.ts'
import type { Ledgers } from './ledgers.ts'
import { ledgerHold } from './tables.ts'

/** How long after its expiry something may still be held. Nothing can be posted from it all the same. */
export const EXPIRY_INTERVAL_MS = 5_000

export type HoldExpiryOptions = {
  readonly database: Database
  readonly ledgers: Ledgers
  readonly clock: Clock
  readonly log: Log
  readonly schedule?: Schedule | undefined
}

/**
 * Releases what is held beyond its time, of every tenant; `runOnce` resolves with how much that was. Two at once do no harm:
 * each release is decided once.
 */
export function createHoldExpiry({ clock, log, schedule, ...books }: HoldExpiryOptions): LaneWorker {
  async function begin(lanes: Lanes): Promise<Promise<number | undefined>[]> {
    const now = clock()
    const release = (tenant: string) =>
      releaseExpired(tenant, { ...books, now, log, isStopping: () => worker.isStopping })
    return (await tenantsWithExpired(books.database, now)).map((tenant) => lanes.begin(tenant, () => release(tenant)))
  }

  const worker = new LaneWorker({ name: 'expiry of holds', begin, interval_ms: EXPIRY_INTERVAL_MS, log, schedule })
  return worker
}

/** Those of whom something is held beyond its time, in their order. */
export async function tenantsWithExpired({ system }: Database, now: Date): Promise<string[]> {
  const rows = await system
    .selectDistinct({ tenant: ledgerHold.tenantId })
    .from(ledgerHold)
    .where(lte(ledgerHold.expiresAt, now))
    .orderBy(ledgerHold.tenantId)
  return rows.map(({ tenant }) => tenant)
}

export type ReleaseOptions = Pick<HoldExpiryOptions, 'database' | 'ledgers' | 'log'> & {
  readonly now: Date
  /** Asked before it is looked for more. */
  readonly isStopping?: () => boolean
}

/** Releases what of one tenant's is held beyond its time. @returns how much that was */
export async function releaseExpired(
  tenant: string,
  { database, ledgers, log, now, isStopping = () => false }: ReleaseOptions,
): Promise<number> {
  const db = database.forTenant(tenant)
  let sum = 0
  for (;;) {
    const released = await expirePending(db, ledgers.of({ tenant, db }), now)
    if (released > 0) log.info({ tenant, released }, 'released what was held beyond its time')
    sum += released
    // Fewer than are looked at once are not the last: another process may have been faster with some.
    if (released === 0 || isStopping()) return sum
  }
}
