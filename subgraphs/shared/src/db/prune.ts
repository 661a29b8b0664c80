import { sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { Db } from './pools.ts'

/** Rows removed in one statement: it must stay short, because readers wait for the oldest running transaction. */
export const PRUNE_ROWS_MAX = 10_000
/** Statements in one call: a million rows. What is left is for the next call; nobody waits longer for a stop. */
const PRUNE_STATEMENTS_MAX = 100

/** Removes the rows of a table, of every tenant through the system handle, whose `moment` is before `eldest`. */
export async function pruneBefore(db: Db, moment: PgColumn, eldest: Date): Promise<void> {
  for (let statement = 1; statement <= PRUNE_STATEMENTS_MAX; statement += 1) {
    const { count } = await db.execute(sql`
      delete from ${moment.table} where ctid = any (array(
        select ctid from ${moment.table} where ${moment} < ${eldest.toISOString()} limit ${PRUNE_ROWS_MAX}))`)
    if (count < PRUNE_ROWS_MAX) return
  }
}
