import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pageLoader } from '@carriergraph/shared/connection/page-loader.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { loaderById, loaderByParent } from '@carriergraph/shared/loader.ts'
import { alertsByIds, alertsOfAccounts, type newestAlerts } from './db/balance-alerts.ts'
import { accountsByIds, accountsOfOwners, type newestAccountsOfUser } from './db/billing-accounts.ts'
import { ratesOfTariffs, tariffsByIds } from './db/tariffs.ts'
import { type newestUsage, usageByIds, usageOfAccounts } from './db/usage-records.ts'

export type Loaders = ReturnType<typeof createLoaders>

type Ids<P extends string> = readonly Id<P>[]
type PageOf<Order extends { readonly by: Page['order']['by'] }> = Page<Order['by']>

/** Every loader, for one request and the tenant of its actor. */
export const createLoaders = (db: TenantDb) => ({
  account: loaderById(
    (ids: Ids<'acc'>) => accountsByIds(db, ids),
    ({ id }) => id,
  ),
  tariff: loaderById(
    (ids: Ids<'trf'>) => tariffsByIds(db, ids),
    ({ id }) => id,
  ),
  ratesOfTariff: loaderByParent(
    (ids: Ids<'trf'>) => ratesOfTariffs(db, ids),
    ({ tariffId }) => tariffId,
  ),
  usageRecord: loaderById(
    (ids: Ids<'use'>) => usageByIds(db, ids),
    ({ id }) => id,
  ),
  alert: loaderById(
    (ids: Ids<'alt'>) => alertsByIds(db, ids),
    ({ id }) => id,
  ),
  accountsOfUser: pageLoader((ids: Ids<'usr'>, page: PageOf<typeof newestAccountsOfUser>) =>
    accountsOfOwners(db, ids, page),
  ),
  usageOfAccount: pageLoader((ids: Ids<'acc'>, page: PageOf<typeof newestUsage>) => usageOfAccounts(db, ids, page)),
  alertsOfAccount: pageLoader((ids: Ids<'acc'>, page: PageOf<typeof newestAlerts>) => alertsOfAccounts(db, ids, page)),
})
