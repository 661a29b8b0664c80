import { sql } from 'drizzle-orm'
import { bigint, check, customType, index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import { xid8 } from '../db/xid-column.ts'
import { tenantColumn } from '../id-column.ts'
import { momentColumn } from '../moment-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { eventColumns } from './event-columns.ts'
import { positionColumns } from './position-columns.ts'

/** Subscriptions keep the newest events in memory; larger data belongs in a table that the event points to. */
export const EVENT_DATA_BYTES_MAX = 65_536

/** Two appends of the same version of the same aggregate meet here. */
export const JOURNAL_VERSION = 'journal_version'

/**
 * Every state change of a subgraph, in the transaction that made it: outbox, subscription stream, history and audit
 * trail at once. A subgraph re-exports this from its `db/schema.ts`. Rows cannot be changed or removed (sql/journal.sql).
 */
export const journal = pgTable(
  'journal',
  {
    tenantId: tenantColumn(),
    ...positionColumns(),
    ...eventColumns(),
  },
  (table) => [
    primaryKey({
      name: JOURNAL_VERSION,
      columns: [table.tenantId, table.aggregateType, table.aggregateId, table.version],
    }),
    index('journal_position').on(table.xid, table.seq),
    tenantPolicy(),
    check('journal_version_positive', sql`${table.version} > 0`),
    check('journal_data_size', sql.raw(`pg_column_size(data) <= ${EVENT_DATA_BYTES_MAX}`)),
  ],
)

const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' })

/**
 * The hash chain over the journal: each row covers the settled rows after the previous seal up to its own position.
 * Written by the sealer in the background, because a chain computed at insert would make all writers queue.
 */
export const journalSeal = pgTable(
  'journal_seal',
  {
    ordinal: bigint('ordinal', { mode: 'bigint' }).notNull(),
    lastXid: xid8('last_xid').notNull(),
    lastSeq: bigint('last_seq', { mode: 'bigint' }).notNull(),
    rowCount: integer('row_count').notNull(),
    hash: bytea('hash').notNull(),
    previousHash: bytea('previous_hash').notNull(),
    sealedAt: momentColumn('sealed_at').notNull(),
  },
  (table) => [primaryKey({ name: 'journal_seal_ordinal', columns: [table.ordinal] })],
)
