import { type SQL, sql } from 'drizzle-orm'
import { expect, vi } from 'vitest'
import type { Database } from '../db/pools.ts'

/** Longer than any machine takes to start three calls, and shorter than the lock timeout of those that wait. */
const PATIENCE = { timeout: 4_000, interval: 20 }

/**
 * Starts calls while a transaction holds the rows of `row` (a `select` of the tenant `demo`), and lets them go once all
 * of them wait for a lock: without one they would read what another of them is about to change.
 */
export async function lined<T>(database: Database, row: SQL, start: () => readonly Promise<T>[]): Promise<T[]> {
  const calls = await database.forTenant('demo').transaction(async (tx) => {
    await tx.execute(sql`${row} for no key update`)
    const started = start()
    await waitersOf(database, started.length)
    return { started }
  })
  return Promise.all(calls.started)
}

/** Resolves when that many statements wait for a lock. A test without a lock timeout may have more patience. */
export const waitersOf = (database: Database, count: number, patience = PATIENCE): Promise<void> =>
  vi.waitFor(async () => expect(await waiting(database)).toBe(count), patience)

async function waiting(database: Database): Promise<unknown> {
  const [row] = await database.system.execute(
    sql`select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`,
  )
  return row?.count
}
