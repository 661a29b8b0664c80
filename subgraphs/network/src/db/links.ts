import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns } from 'drizzle-orm'
import type { LinkStatus } from '../domain/link.ts'
import { linkEnds, links } from './tables/links.ts'

export type Link = Omit<typeof links.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(links)

export const shortestLinksOfSite = ordering({
  name: 'links of a site, shortest',
  direction: 'asc',
  by: { lengthM: linkEnds.lengthM, linkId: linkEnds.linkId },
})

export const linksOfSites = pagesByParent(shortestLinksOfSite, linkEnds.siteId, (db, { where, orderBy, limit }) =>
  db
    .select({ ...columns, lengthM: linkEnds.lengthM, linkId: linkEnds.linkId })
    .from(linkEnds)
    .innerJoin(links, and(eq(links.tenantId, linkEnds.tenantId), eq(links.id, linkEnds.linkId)))
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) => db.select(columns).from(links).where(amongIds(links.id)).prepare('links_by_ids'))

export const linksByIds = (db: Db, ids: readonly Id<'lnk'>[]): Promise<Link[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

/** The link, held until the transaction ends. */
export async function lockLink(tx: Tx, id: Id<'lnk'>): Promise<Link | null> {
  const [link] = await tx.select(columns).from(links).where(eq(links.id, id)).for('no key update')
  return link ?? null
}

/** Gives a locked link another status and its next version. */
export async function updateLinkStatus(tx: Tx, link: Link, status: LinkStatus): Promise<Link> {
  const changed = { ...link, status, version: link.version + 1 }
  await tx.update(links).set({ status, version: changed.version }).where(eq(links.id, link.id))
  return changed
}
