import { tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** The topologies that were imported, by the id that their file gives them. */
export const topologies = pgTable(
  'topology',
  {
    tenantId: tenantColumn(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    /** Of the topology's last event in the journal; 0 while it has none. */
    version: integer('version').notNull().default(0),
  },
  (table) => [tenantPolicy(), primaryKey({ name: 'topology_key', columns: [table.tenantId, table.id] })],
)
