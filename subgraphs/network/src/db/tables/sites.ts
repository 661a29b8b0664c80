import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { check, doublePrecision, foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { topologies } from './topologies.ts'

/** Names are not unique, not even in one topology: a city may have several nodes. */
export const sites = pgTable(
  'site',
  {
    tenantId: tenantColumn(),
    id: idColumn('ste', 'id').notNull(),
    topologyId: text('topology_id').notNull(),
    name: text('name').notNull(),
    country: text('country').notNull(),
    latitude: doublePrecision('latitude').notNull(),
    longitude: doublePrecision('longitude').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'site_key', columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'site_topology',
      columns: [table.tenantId, table.topologyId],
      foreignColumns: [topologies.tenantId, topologies.id],
    }),
    index('site_by_name').on(table.tenantId, table.name, table.id),
    index('site_of_topology').on(table.tenantId, table.topologyId),
    check('site_latitude', sql`${table.latitude} between -90 and 90`),
    check('site_longitude', sql`${table.longitude} between -180 and 180`),
  ],
)
