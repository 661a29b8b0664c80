import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { eq, inArray, sql } from 'drizzle-orm'
import type { ChargeableAccount, ChargingFacts } from '../domain/charging.ts'
import type { TariffRate } from '../domain/rating.ts'
import type { Usage, UsageType } from '../domain/usage.ts'
import { billingAccounts } from './tables/billing-accounts.ts'
import { tariffRates, tariffs } from './tables/tariffs.ts'
import { usageRecords } from './tables/usage-records.ts'

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

/**
 * In the order of ids, in which everything locks accounts, so that two batches wait and do not deadlock. Each number and
 * each id is a probe of an index: for a plain join of a thousand keys the planner reads the whole table.
 */
async function lockAccounts(tx: Tx, msisdns: string[]): Promise<Map<string, ChargeableAccount>> {
  const found = tx
    .select({ id: billingAccounts.id })
    .from(billingAccounts)
    .where(sql`${billingAccounts.msisdn} = given.key`)
    .limit(1)
    .as('found')
  const ids = tx
    .$with('ids')
    .as(tx.select({ id: found.id }).from(givenKeys(msisdns)).crossJoinLateral(found).orderBy(found.id))
  const locked = tx
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
    .where(eq(billingAccounts.id, ids.id))
    .for('no key update')
    .as('locked')
  const rows = await tx.with(ids).select().from(ids).crossJoinLateral(locked)
  return new Map(rows.map(({ locked: { msisdn, ...account } }) => [msisdn, account]))
}

async function chargedBefore(tx: Tx, recordIds: string[]): Promise<Map<string, Usage>> {
  const charged = tx
    .select({
      recordId: usageRecords.recordId,
      msisdn: billingAccounts.msisdn,
      usageType: usageRecords.usageType,
      quantity: usageRecords.quantity,
      startedAt: usageRecords.startedAt,
    })
    .from(usageRecords)
    .innerJoin(billingAccounts, eq(billingAccounts.id, usageRecords.accountId))
    .where(sql`${usageRecords.recordId} = given.key`)
    .limit(1)
    .as('charged')
  const rows = await tx.select().from(givenKeys(recordIds)).crossJoinLateral(charged)
  return new Map(rows.map(({ charged: usage }) => [usage.recordId, usage]))
}

const givenKeys = (keys: readonly string[]) => sql`${unnested({ type: 'text', values: keys })} as given (key)`

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
