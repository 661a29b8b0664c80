import { sql } from 'drizzle-orm'
import { bigint } from 'drizzle-orm/pg-core'
import { xid8 } from '../db/xid-column.ts'

/**
 * The two columns that order an append-only table for readers: `(xid, seq)`.
 *
 * A lower `seq` may commit after a higher one, so a reader that remembers the last `seq` loses rows. It takes only rows
 * whose `xid` is below the oldest running transaction instead: nothing can still appear among those.
 *
 * The bare transaction id would settle rows but not order them. A transaction gets its id at its first lock; it may
 * then wait for a row that a younger transaction holds, and append after that one has committed. So `xid` is the
 * greater of the own id and of the last one that had completed when the row was written: then whatever was committed
 * before an append has a lower or equal `xid`, and among equal ones the earlier append has the lower `seq`. The events
 * of one aggregate therefore always come in the order of their versions.
 */
export const positionColumns = () => ({
  xid: xid8('xid')
    .notNull()
    .default(
      sql`greatest(pg_current_xact_id(), (pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1)::text::xid8)`,
    ),
  seq: bigint('seq', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
})
