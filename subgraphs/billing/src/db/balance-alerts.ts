import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { eq, getTableColumns } from 'drizzle-orm'
import { balanceAlerts } from './tables/balance-alerts.ts'
import { billingAccounts } from './tables/billing-accounts.ts'

/** An alert with what its account says of it. */
export type BalanceAlert = Omit<typeof balanceAlerts.$inferSelect, 'tenantId'> & {
  readonly ownerId: Id<'usr'>
  readonly currency: CurrencyCode
}

const { tenantId: _, ...alertColumns } = getTableColumns(balanceAlerts)
const columns = { ...alertColumns, ownerId: billingAccounts.ownerId, currency: billingAccounts.currency }

/** Newest first: by the entry that raised it, and of two of one entry the later one first. */
export const newestAlerts = ordering({
  name: 'balance alerts of an account, newest',
  direction: 'desc',
  by: { entrySequence: balanceAlerts.entrySequence, id: balanceAlerts.id },
})

export const alertsOfAccounts = pagesByParent(newestAlerts, balanceAlerts.accountId, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(balanceAlerts)
    .innerJoin(billingAccounts, eq(billingAccounts.id, balanceAlerts.accountId))
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) =>
  db
    .select(columns)
    .from(balanceAlerts)
    .innerJoin(billingAccounts, eq(billingAccounts.id, balanceAlerts.accountId))
    .where(amongIds(balanceAlerts.id))
    .prepare('balance_alerts_by_ids'),
)

export const alertsByIds = (db: Db, ids: readonly Id<'alt'>[]): Promise<BalanceAlert[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })
