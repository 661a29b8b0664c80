import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { asText, unnested } from '@carriergraph/shared/db/unnested.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Link } from './links.ts'
import type { Site } from './sites.ts'
import { linkEnds, links } from './tables/links.ts'
import { sites } from './tables/sites.ts'
import { topologies } from './tables/topologies.ts'

export type NewSite = Omit<Site, 'topologyId' | 'topology'>
export type NewLink = Omit<Link, 'topologyId' | 'status' | 'version'>

type Topology = { readonly id: string; readonly name: string; readonly version: number }

/**
 * The topology, held until the transaction ends: a second import of it waits. One that is not there yet is stored under
 * that name, with no event so far: version 0.
 */
export async function lockTopology(tx: Tx, id: string, name: string): Promise<Topology> {
  await tx.insert(topologies).values({ id, name, version: 0 }).onConflictDoNothing()
  const [topology] = await tx
    .select({ id: topologies.id, name: topologies.name, version: topologies.version })
    .from(topologies)
    .where(eq(topologies.id, id))
    .for('no key update')
  if (topology === undefined) throw new Error(`The topology ${JSON.stringify(id)} was there and is gone.`)
  return topology
}

/** Gives a locked topology its name and its next version. */
export async function updateTopology(tx: Tx, { id, version }: Topology, name: string): Promise<Topology> {
  const changed = { id, name, version: version + 1 }
  await tx.update(topologies).set({ name, version: changed.version }).where(eq(topologies.id, id))
  return changed
}

type Saved = { readonly added: number; readonly changed: number }

/** Adds new sites and updates those that differ, in one statement. */
export async function saveSites(tx: Tx, topologyId: string, given: readonly NewSite[]): Promise<Saved> {
  const rows = await tx.execute<Written>(sql`
    insert into ${sites} as site (topology_id, id, name, country, latitude, longitude)
    select ${topologyId}, given.*
    from ${unnested(
      { type: 'uuid', values: given.map(({ id }) => toUuid(id)) },
      { type: 'text', values: given.map(({ name }) => name) },
      { type: 'text', values: given.map(({ country }) => country) },
      { type: 'float8', values: given.map(({ latitude }) => String(latitude)) },
      { type: 'float8', values: given.map(({ longitude }) => String(longitude)) },
    )} as given
    on conflict (tenant_id, id) do update set
      name = excluded.name, country = excluded.country, latitude = excluded.latitude, longitude = excluded.longitude
    where (site.name, site.country, site.latitude, site.longitude)
      is distinct from (excluded.name, excluded.country, excluded.latitude, excluded.longitude)
    returning ${IS_NEW}`)
  return countOf(rows)
}

/** The same for links, and both of their ends. A link that is there keeps its status and its version. */
export async function saveLinks(tx: Tx, topologyId: string, given: readonly NewLink[]): Promise<Saved> {
  const rows = await tx.execute<Written>(sql`
    insert into ${links} as link (topology_id, status, version, id, a_end_id, z_end_id, length_m, capacity_bps)
    select ${topologyId}, 'UP', 0, given.*
    from ${unnested(
      { type: 'uuid', values: given.map(({ id }) => toUuid(id)) },
      { type: 'uuid', values: given.map(({ aEndId }) => toUuid(aEndId)) },
      { type: 'uuid', values: given.map(({ zEndId }) => toUuid(zEndId)) },
      { type: 'int', values: given.map(({ lengthM }) => String(lengthM)) },
      { type: 'bigint', values: given.map(({ capacityBps }) => asText(capacityBps)) },
    )} as given
    on conflict (tenant_id, id) do update set
      a_end_id = excluded.a_end_id, z_end_id = excluded.z_end_id,
      length_m = excluded.length_m, capacity_bps = excluded.capacity_bps
    where (link.a_end_id, link.z_end_id, link.length_m, link.capacity_bps)
      is distinct from (excluded.a_end_id, excluded.z_end_id, excluded.length_m, excluded.capacity_bps)
    returning ${IS_NEW}`)
  if (rows.length > 0) await saveEnds(tx, given)
  return countOf(rows)
}

/**
 * Makes the ends of these links what the links say. Equal topologies of two tenants have equal ids: for a role that
 * row-level security does not hold, the tenant stands in the statement.
 */
async function saveEnds(tx: Tx, given: readonly NewLink[]): Promise<void> {
  const ids = sql`select id from ${unnested({ type: 'uuid', values: given.map(({ id }) => toUuid(id)) })} as given (id)`
  await tx.execute(sql`
    delete from ${linkEnds} using ${links}
    where ${links.id} in (${ids}) and ${linkEnds.linkId} = ${links.id} and ${linkEnds.tenantId} = ${links.tenantId}
      and ${linkEnds.siteId} not in (${links.aEndId}, ${links.zEndId})`)
  await tx.execute(sql`
    insert into ${linkEnds} (site_id, link_id, length_m)
    select site_id, id, length_m from ${links}, unnest(array[a_end_id, z_end_id]) as site_id
    where ${links.tenantId} = current_setting('app.tenant') and id in (${ids})
    on conflict do nothing`)
}

type Written = { is_new: boolean }

/** A row version that was inserted has never been locked; one that was updated has. Rows left alone are not returned. */
const IS_NEW: SQL = sql`(xmax = 0) as is_new`

function countOf(rows: readonly Written[]): Saved {
  const added = rows.filter(({ is_new }) => is_new).length
  return { added, changed: rows.length - added }
}

/** How many sites of a topology there are, from whichever import. */
export const countSites = (tx: Tx, topologyId: string): Promise<number> =>
  tx.$count(sites, eq(sites.topologyId, topologyId))

export const countLinks = (tx: Tx, topologyId: string): Promise<number> =>
  tx.$count(links, eq(links.topologyId, topologyId))
