import { setTimeout as wait } from 'node:timers/promises'
import type postgres from 'postgres'
import { StartupFault } from '../startup-fault.ts'
import type { RawSql } from './pools.ts'
import { postgresErrorBehind, SQL_STATE } from './sql-error.ts'

/**
 * For how long a statement waits for a lock. Whoever asks for the table meanwhile waits behind it, so this is what a
 * change costs clients at the most before it lets them through. Less than a second, after which PostgreSQL looks for
 * deadlocks: the change gives way then, and never a payment.
 */
const LOCK_WAIT_MS = 500
/** Until it asks again: those who waited behind it are done by then. */
const PAUSE_MS = 1_000
/** Minutes, and so longer than any transaction of a service lasts. */
const TRIES = 200

const GIVES_WAY = new Set<string>([SQL_STATE.lockNotAvailable, SQL_STATE.deadlockDetected])

/**
 * Changes tables that others are using, in one transaction that is tried again as long as they hold what it needs.
 * @throws StartupFault where they held it for several minutes
 */
export async function changeSchema(
  sql: RawSql,
  change: (tx: postgres.TransactionSql<{ bigint: bigint }>) => Promise<unknown>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sql.begin(async (tx) => {
        await tx.unsafe(`set local lock_timeout = ${LOCK_WAIT_MS}`)
        await change(tx)
      })
      return
    } catch (error) {
      if (!GIVES_WAY.has(postgresErrorBehind(error)?.code ?? '')) throw error
      if (tries === TRIES) throw new StartupFault(HELD_UP, { cause: error })
    }
    await wait(PAUSE_MS)
  }
}

const HELD_UP =
  'A migration waits for a transaction that uses a table which it changes: end that one (pg_stat_activity, xact_start), and start again.'
