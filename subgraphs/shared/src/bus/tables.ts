import { sql } from 'drizzle-orm'
import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { xid8 } from '../db/xid-column.ts'
import { idColumn, tenantColumn } from '../id-column.ts'
import { momentColumn } from '../moment-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import type { BusEventJson } from './event.ts'

// The tables that the event bus needs in a subgraph's own database, whichever driver carries the events. A subgraph
// re-exports them from its `db/schema.ts`.

/** The events whose effect is in this database. Written in the transaction of the effect, so each happens once. */
export const consumedEvent = pgTable(
  'consumed_event',
  {
    tenantId: tenantColumn(),
    consumer: text('consumer').notNull(),
    eventId: idColumn('evt', 'event_id').notNull(),
    consumedAt: momentColumn('consumed_at').notNull(),
  },
  (table) => [
    primaryKey({ name: 'consumed_event_key', columns: [table.tenantId, table.consumer, table.eventId] }),
    tenantPolicy(),
    index('consumed_event_age').on(table.consumedAt),
  ],
)

/**
 * Events whose handler failed, and those of the same aggregate that wait behind them. A row is waiting to be tried at
 * `next_attempt_at`, or parked: then nothing waits for it and it stays until an operator replays it.
 */
export const failedEvent = pgTable(
  'failed_event',
  {
    tenantId: tenantColumn(),
    consumer: text('consumer').notNull(),
    eventId: idColumn('evt', 'event_id').notNull(),
    /** The order of arrival, in which the events of one aggregate are tried. */
    arrival: bigint('arrival', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    aggregateType: text('aggregate_type').notNull(),
    aggregateId: text('aggregate_id').notNull(),
    /** The whole event: it can be tried again after the bus has forgotten it. */
    event: jsonb('event').notNull().$type<BusEventJson>(),
    attempts: integer('attempts').notNull(),
    nextAttemptAt: momentColumn('next_attempt_at').notNull(),
    lastError: text('last_error'),
    parkedAt: momentColumn('parked_at'),
  },
  (table) => [
    primaryKey({ name: 'failed_event_key', columns: [table.tenantId, table.consumer, table.eventId] }),
    tenantPolicy(),
    index('failed_event_waiting')
      .on(table.consumer, table.tenantId, table.aggregateType, table.aggregateId, table.arrival)
      .where(sql`${table.parkedAt} is null`),
    index('failed_event_parked').on(table.tenantId, table.parkedAt).where(sql`${table.parkedAt} is not null`),
  ],
)

/** How far the dispatcher has published this database's journal. One row; no tenant, for it counts all of them. */
export const dispatchOffset = pgTable('dispatch_offset', {
  source: text('source').primaryKey(),
  xid: xid8('xid').notNull(),
  seq: bigint('seq', { mode: 'bigint' }).notNull(),
})
