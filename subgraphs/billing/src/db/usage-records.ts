import { ordering } from '@carriergraph/shared/connection/ordering.ts'
import { pagesByParent } from '@carriergraph/shared/connection/pages-by-parent.ts'
import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { getTableColumns } from 'drizzle-orm'
import type { Charge } from '../domain/charging.ts'
import { usageRecords } from './tables/usage-records.ts'

/** Usage that was charged, as it is stored. */
export type UsageRecord = Omit<typeof usageRecords.$inferSelect, 'tenantId'>

const { tenantId: _, ...columns } = getTableColumns(usageRecords)

/** In the order in which it was charged: an account's own, without ties. */
export const newestUsage = ordering({
  name: 'usage records of an account, newest',
  direction: 'desc',
  by: { entrySequence: usageRecords.entrySequence },
})

export const usageOfAccounts = pagesByParent(newestUsage, usageRecords.accountId, (db, { where, orderBy, limit }) =>
  db
    .select(columns)
    .from(usageRecords)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)

const byIds = preparedFor((db) =>
  db.select(columns).from(usageRecords).where(amongIds(usageRecords.id)).prepare('usage_records_by_ids'),
)

export const usageByIds = (db: Db, ids: readonly Id<'use'>[]): Promise<UsageRecord[]> =>
  byIds(db).execute({ ids: ids.map(toUuid) })

/** A charge as the record that will be stored. */
export function usageRecordOf({ usage, account, rate, chargeMinor }: Charge, chargedAt: Date): UsageRecord {
  return {
    id: newId('use'),
    recordId: usage.recordId,
    accountId: account.id,
    entrySequence: account.entrySequence,
    usageType: usage.usageType,
    quantity: usage.quantity,
    startedAt: usage.startedAt,
    tariffId: account.tariffId,
    blockSize: rate.blockSize,
    pricePerBlock: rate.pricePerBlock,
    currency: account.currency,
    chargeMinor,
    balanceAfterMinor: account.balanceMinor,
    chargedAt,
  }
}
