import { idColumn, tenantColumn } from '@carriergraph/shared/id-column.ts'
import { tenantPolicy } from '@carriergraph/shared/tenancy.ts'
import { sql } from 'drizzle-orm'
import { bigint, check, foreignKey, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import { LINK_STATUSES } from '../../domain/link.ts'
import { sites } from './sites.ts'
import { topologies } from './topologies.ts'

export const links = pgTable(
  'link',
  {
    tenantId: tenantColumn(),
    id: idColumn('lnk', 'id').notNull(),
    topologyId: text('topology_id').notNull(),
    aEndId: idColumn('ste', 'a_end_id').notNull(),
    zEndId: idColumn('ste', 'z_end_id').notNull(),
    /** Whole metres: exact in cursors, and finer than any cable is known. */
    lengthM: integer('length_m').notNull(),
    capacityBps: bigint('capacity_bps', { mode: 'number' }),
    status: text('status', { enum: LINK_STATUSES }).notNull(),
    /** Of the link's last event in the journal; 0 while it has none. */
    version: integer('version').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'link_key', columns: [table.tenantId, table.id] }),
    unique('link_length').on(table.tenantId, table.id, table.lengthM),
    foreignKey({
      name: 'link_topology',
      columns: [table.tenantId, table.topologyId],
      foreignColumns: [topologies.tenantId, topologies.id],
    }),
    foreignKey({
      name: 'link_a_end',
      columns: [table.tenantId, table.aEndId],
      foreignColumns: [sites.tenantId, sites.id],
    }),
    foreignKey({
      name: 'link_z_end',
      columns: [table.tenantId, table.zEndId],
      foreignColumns: [sites.tenantId, sites.id],
    }),
    index('link_of_topology').on(table.tenantId, table.topologyId),
    check('link_joins_two_sites', sql`${table.aEndId} <> ${table.zEndId}`),
    check('link_length_m', sql`${table.lengthM} >= 0`),
    check('link_capacity_bps', sql`${table.capacityBps} > 0`),
    check('link_status', sql`${table.status} in ('UP', 'DOWN')`),
  ],
)

/**
 * Both ends of every link, so that the links of a site are one range of one index, whichever end it is. The length is
 * the link's: the foreign key carries every change of it here.
 */
export const linkEnds = pgTable(
  'link_end',
  {
    tenantId: tenantColumn(),
    siteId: idColumn('ste', 'site_id').notNull(),
    linkId: idColumn('lnk', 'link_id').notNull(),
    lengthM: integer('length_m').notNull(),
  },
  (table) => [
    tenantPolicy(),
    primaryKey({ name: 'link_end_key', columns: [table.tenantId, table.linkId, table.siteId] }),
    foreignKey({
      name: 'link_end_length',
      columns: [table.tenantId, table.linkId, table.lengthM],
      foreignColumns: [links.tenantId, links.id, links.lengthM],
    }).onUpdate('cascade'),
    foreignKey({
      name: 'link_end_site',
      columns: [table.tenantId, table.siteId],
      foreignColumns: [sites.tenantId, sites.id],
    }),
    index('link_end_by_length').on(table.tenantId, table.siteId, table.lengthM, table.linkId),
  ],
)
