import { type Column, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Db } from '../db/pools.ts'
import { preparedFor } from '../db/prepared.ts'

export type Horizon = {
  /** The oldest transaction that is still running: rows with a lower `xid` are settled. */
  readonly horizon: bigint
  /** Whether the table has committed rows that are not settled. */
  readonly isWaiting: boolean
}

/** How to ask for the horizon of a table that has `positionColumns`. */
export function horizonOf(table: PgTable & { xid: Column; seq: Column }): (db: Db) => Promise<Horizon> {
  const query = preparedFor((db) =>
    db
      .select({
        horizon: OLDEST_RUNNING,
        // Not `exists (… where xid >= …)`: the planner takes a third of the rows for such, and reads the whole table for one.
        isWaiting: sql<boolean>`coalesce((select ${table.xid} from ${table} order by ${table.xid} desc, ${table.seq} desc limit 1) >= ${OLDEST_RUNNING}, false)`,
      })
      .from(sql`(values (1)) as one`)
      .prepare('horizon'),
  )
  return async (db) => {
    const [row] = await query(db).execute()
    if (row === undefined) throw new Error('PostgreSQL did not answer with its snapshot.')
    return row
  }
}

const OLDEST_RUNNING: SQL<bigint> = sql`pg_snapshot_xmin(pg_current_snapshot())`.mapWith(BigInt)
