import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Charge } from '../domain/charging.ts'
import type { usageRecords } from './tables/usage-records.ts'

/** Usage that was charged, as it is stored, and whose it is. */
export type UsageRecord = Omit<typeof usageRecords.$inferSelect, 'tenantId'> & {
  /** The owner of its account. */
  readonly ownerId: Id<'usr'>
}

/** A charge as the record that will be stored. */
export function usageRecordOf({ usage, account, rate, chargeMinor }: Charge, chargedAt: Date): UsageRecord {
  return {
    id: newId('use'),
    recordId: usage.recordId,
    accountId: account.id,
    ownerId: account.ownerId,
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
