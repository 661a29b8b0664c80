import { type Connection, toConnection } from '@carriergraph/shared/connection/connection.ts'
import { keyset } from '@carriergraph/shared/connection/keyset.ts'
import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import type { Page } from '@carriergraph/shared/connection/page.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { and, eq, getTableColumns } from 'drizzle-orm'
import type { PaymentMode } from '../domain/account.ts'
import { billingAccounts } from './tables/billing-accounts.ts'

export type BillingAccount = Omit<typeof billingAccounts.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(billingAccounts)
const BY = { createdAt: billingAccounts.createdAt, id: billingAccounts.id }

export const newestAccounts = ordering({ name: 'billing accounts, newest', direction: 'desc', by: BY })
export const newestAccountsOfUser = ordering({ name: 'billing accounts of a user, newest', direction: 'desc', by: BY })

export const accountsOfOwners = pagesByParent(
  newestAccountsOfUser,
  billingAccounts.ownerId,
  (db, { where, orderBy, limit }) =>
    db
      .select(columns)
      .from(billingAccounts)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
)

/** Only accounts that fit all that is given. */
export type AccountFilter = {
  /** Whose accounts the reader may see. */
  readonly seenBy: 'everybody' | Id<'usr'>
  readonly ownerId: Id<'usr'> | undefined
  readonly paymentMode: PaymentMode | undefined
}

/** Not prepared: its conditions come and go with the filter. */
export async function accountPage(
  db: Db,
  page: Page<typeof BY>,
  { seenBy, ownerId, paymentMode }: AccountFilter,
): Promise<Connection<BillingAccount>> {
  const { where, orderBy, limit } = keyset(page)
  const conditions = [
    where,
    seenBy === 'everybody' ? undefined : eq(billingAccounts.ownerId, seenBy),
    ownerId && eq(billingAccounts.ownerId, ownerId),
    paymentMode && eq(billingAccounts.paymentMode, paymentMode),
  ]
  const rows = await db
    .select(columns)
    .from(billingAccounts)
    .where(and(...conditions))
    .orderBy(...orderBy)
    .limit(limit)
  return toConnection<typeof BY, BillingAccount>(rows, page)
}

const byIds = preparedFor((db) =>
  db.select(columns).from(billingAccounts).where(amongIds(billingAccounts.id)).prepare('billing_accounts_by_ids'),
)

export const accountsByIds = (db: Db, ids: readonly Id<'acc'>[]): Promise<BillingAccount[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })
