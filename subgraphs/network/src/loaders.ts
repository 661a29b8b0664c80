import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pageLoader } from '@carriergraph/shared/connection/page-loader.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { loaderById } from '@carriergraph/shared/loader.ts'
import { type newestSamples, samplesOfSlices } from './db/kpi-samples.ts'
import { linksByIds, linksOfSites, type shortestLinksOfSite } from './db/links.ts'
import { sitesByIds } from './db/sites.ts'
import { type newestViolationsOfSlice, violationsByIds, violationsOfSlices } from './db/sla-violations.ts'
import { type newestSlicesOfUser, slicesByIds, slicesOfUsers } from './db/slices.ts'

export type Loaders = ReturnType<typeof createLoaders>

type Ids<P extends string> = readonly Id<P>[]
type PageOf<Order extends { readonly by: Page['order']['by'] }> = Page<Order['by']>

/** Every loader, for one request and the tenant of its actor. */
export const createLoaders = (db: TenantDb) => ({
  site: loaderById(
    (ids: Ids<'ste'>) => sitesByIds(db, ids),
    ({ id }) => id,
  ),
  link: loaderById(
    (ids: Ids<'lnk'>) => linksByIds(db, ids),
    ({ id }) => id,
  ),
  slice: loaderById(
    (ids: Ids<'slc'>) => slicesByIds(db, ids),
    ({ id }) => id,
  ),
  violation: loaderById(
    (ids: Ids<'vio'>) => violationsByIds(db, ids),
    ({ id }) => id,
  ),
  linksOfSite: pageLoader((ids: Ids<'ste'>, page: PageOf<typeof shortestLinksOfSite>) => linksOfSites(db, ids, page)),
  slicesOfUser: pageLoader((ids: Ids<'usr'>, page: PageOf<typeof newestSlicesOfUser>) => slicesOfUsers(db, ids, page)),
  samplesOfSlice: pageLoader((ids: Ids<'slc'>, page: PageOf<typeof newestSamples>) => samplesOfSlices(db, ids, page)),
  violationsOfSlice: pageLoader((ids: Ids<'slc'>, page: PageOf<typeof newestViolationsOfSlice>) =>
    violationsOfSlices(db, ids, page),
  ),
})
