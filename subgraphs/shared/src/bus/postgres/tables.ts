import { bigint, index, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { xid8 } from '../../db/xid-column.ts'
import { tenantColumn } from '../../id-column.ts'
import { eventColumns } from '../../journal/event-columns.ts'
import { positionColumns } from '../../journal/position-columns.ts'
import { momentColumn } from '../../moment-column.ts'
import { tenantPolicy } from '../../tenancy.ts'

/** The events of all services, in the order in which their dispatchers delivered them. */
export const busEvent = pgTable(
  'bus_event',
  {
    tenantId: tenantColumn(),
    ...positionColumns(),
    source: text('source').notNull(),
    ...eventColumns(),
    publishedAt: momentColumn('published_at').notNull(),
  },
  (table) => [
    tenantPolicy(),
    uniqueIndex('bus_event_id').on(table.tenantId, table.id),
    index('bus_event_position').on(table.xid, table.seq),
    index('bus_event_age').on(table.publishedAt),
  ],
)

/** How far each consumer has come. No tenant: a consumer serves all of them. */
export const busConsumer = pgTable('bus_consumer', {
  consumer: text('consumer').primaryKey(),
  xid: xid8('xid').notNull(),
  seq: bigint('seq', { mode: 'bigint' }).notNull(),
})
