import type { Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { eq, inArray, sql } from 'drizzle-orm'
import type { ChargeableAccount, ChargingFacts } from '../domain/charging.ts'
import type { TariffRate } from '../domain/rating.ts'
import type { Usage, UsageType } from '../domain/usage.ts'
import { billingAccounts } from './tables/billing-accounts.ts'
import { tariffRates, tariffs } from './tables/tariffs.ts'
import { usageRecords } from './tables/usage-records.ts'
import { unnested } from './unnested.ts'

/**
 * Locks the accounts of a batch and reads what deciding about it needs, in three statements whatever its size. The
 * records that were charged before are read after the lock, in a statement and so a snapshot of their own: a batch
 * that held the lock has committed by then, and what it charged is seen.
 */
export async function lockChargingFacts(tx: Tx, batch: readonly Usage[]): Promise<ChargingFacts> {
  const accounts = await lockAccounts(tx, unique(batch.map(({ msisdn }) => msisdn)))
  const charged = await chargedBefore(tx, unique(batch.map(({ recordId }) => recordId)))
  const rates = await ratesOf(tx, unique([...accounts.values()].map(({ tariffId }) => tariffId)))
  return { accounts, charged, rateOf: (tariffId, usageType) => rates.get(rateKey(tariffId, usageType)) }
}

/** In the order of ids, in which everything locks accounts, so that two batches wait and do not deadlock. */
async function lockAccounts(tx: Tx, msisdns: string[]): Promise<Map<string, ChargeableAccount>> {
  const rows = await tx
    .select({
      msisdn: billingAccounts.msisdn,
      id: billingAccounts.id,
      ownerId: billingAccounts.ownerId,
      tariffId: billingAccounts.tariffId,
      currency: billingAccounts.currency,
      balanceMinor: billingAccounts.balanceMinor,
      creditLimitMinor: billingAccounts.creditLimitMinor,
      lowBalanceThresholdMinor: billingAccounts.lowBalanceThresholdMinor,
      entrySequence: billingAccounts.entrySequence,
    })
    .from(billingAccounts)
    .where(sql`${billingAccounts.msisdn} in (select ${unnested({ type: 'text', values: msisdns })})`)
    .orderBy(billingAccounts.id)
    .for('no key update')
  return new Map(rows.map(({ msisdn, ...account }) => [msisdn, account]))
}

async function chargedBefore(tx: Tx, recordIds: string[]): Promise<Map<string, Usage>> {
  const rows = await tx
    .select({
      recordId: usageRecords.recordId,
      msisdn: billingAccounts.msisdn,
      usageType: usageRecords.usageType,
      quantity: usageRecords.quantity,
      startedAt: usageRecords.startedAt,
    })
    .from(usageRecords)
    .innerJoin(billingAccounts, eq(billingAccounts.id, usageRecords.accountId))
    .where(sql`${usageRecords.recordId} in (select ${unnested({ type: 'text', values: recordIds })})`)
  return new Map(rows.map((row) => [row.recordId, row]))
}

async function ratesOf(tx: Tx, tariffIds: Id<'trf'>[]): Promise<Map<string, TariffRate>> {
  if (tariffIds.length === 0) return new Map()
  const rows = await tx
    .select({
      tariffId: tariffRates.tariffId,
      usageType: tariffRates.usageType,
      blockSize: tariffRates.blockSize,
      pricePerBlock: tariffRates.pricePerBlock,
      currency: tariffs.currency,
    })
    .from(tariffRates)
    .innerJoin(tariffs, eq(tariffs.id, tariffRates.tariffId))
    .where(inArray(tariffRates.tariffId, tariffIds))
  return new Map(rows.map(({ tariffId, ...rate }) => [rateKey(tariffId, rate.usageType), rate]))
}

const rateKey = (tariffId: Id<'trf'>, usageType: UsageType): string => `${tariffId} ${usageType}`

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]
