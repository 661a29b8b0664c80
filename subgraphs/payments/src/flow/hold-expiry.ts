import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import { PollingLoop, type Schedule } from '@carriergraph/shared/journal/polling-loop.ts'
import { Lanes } from '@carriergraph/shared/lanes.ts'
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
  /** Releases what is held beyond its time, of every tenant. */
  runOnce(): Promise<void>
}

/** Two at once do no harm: each release is decided once. */
export function createHoldExpiry({ database, ledgers, clock, log, schedule }: HoldExpiryOptions): HoldExpiry {
  const lanes = new Lanes('expiry of holds', log)
  let isStopping = false

  async function expireOf(tenant: string, now: Date): Promise<void> {
    const db = database.forTenant(tenant)
    let released: number
    do {
      released = await expirePending(db, ledgers.of({ tenant, db }), now)
      log.info({ tenant, released }, 'released what was held beyond its time')
    } while (released === EXPIRED_MAX && !isStopping)
  }

  /** @returns what was begun: a tenant with much, or one whose ledger is slow, holds up no other */
  async function begin(): Promise<{ readonly done: Promise<unknown> }> {
    const now = clock()
    const rows = await database.system
      .selectDistinct({ tenant: ledgerHold.tenantId })
      .from(ledgerHold)
      .where(lte(ledgerHold.expiresAt, now))
      .orderBy(ledgerHold.tenantId)
    return { done: Promise.all(rows.map(({ tenant }) => lanes.begin(tenant, () => expireOf(tenant, now)))) }
  }

  const loop = new PollingLoop({
    name: 'expiry of holds',
    async step() {
      await begin()
      return 'idle'
    },
    interval_ms: EXPIRY_INTERVAL_MS,
    log,
    schedule,
  })
  return {
    async runOnce() {
      await (await begin()).done
    },
    async start() {
      loop.start()
    },
    async stop() {
      isStopping = true
      await loop.stop()
      await lanes.idle()
    },
  }
}
