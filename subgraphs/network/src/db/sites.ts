import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { preparedPages } from '@carriergraph/shared/connection/prepared-pages.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns } from 'drizzle-orm'
import { sites } from './tables/sites.ts'
import { topologies } from './tables/topologies.ts'

/** A site with the name of its topology. */
export type Site = Omit<typeof sites.$inferSelect, 'tenantId'> & { readonly topology: string }

const { tenantId: _, ...siteColumns } = getTableColumns(sites)
const columns = { ...siteColumns, topology: topologies.name }
const ofItsTopology = and(eq(topologies.tenantId, sites.tenantId), eq(topologies.id, sites.topologyId))

export const sitesByName = ordering({
  name: 'sites by name',
  direction: 'asc',
  by: { name: sites.name, id: sites.id },
})

export const sitePages = preparedPages(sitesByName, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(sites)
    .innerJoin(topologies, ofItsTopology)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) =>
  db.select(columns).from(sites).innerJoin(topologies, ofItsTopology).where(amongIds(sites.id)).prepare('sites_by_ids'),
)

export const sitesByIds = (db: Db, ids: readonly Id<'ste'>[]): Promise<Site[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })
