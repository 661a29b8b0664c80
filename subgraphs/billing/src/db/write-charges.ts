import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { unnested } from '@carriergraph/shared/db/unnested.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { balanceEntries } from './tables/balance-entries.ts'
import { billingAccounts } from './tables/billing-accounts.ts'
import { usageRecords } from './tables/usage-records.ts'
import type { UsageRecord } from './usage-records.ts'

/**
 * Writes charged usage with its balance entries and the accounts' new balances, in three statements whatever their
 * number. `records` come in the order in which they were charged; their accounts are locked.
 */
export async function writeCharges(tx: Tx, records: readonly UsageRecord[]): Promise<void> {
  if (records.length === 0) return
  await insertEntries(tx, records)
  await insertRecords(tx, records)
  await updateBalances(tx, records)
}

async function insertEntries(tx: Tx, records: readonly UsageRecord[]): Promise<void> {
  await tx.execute(sql`
    insert into ${balanceEntries}
      (account_id, sequence, kind, amount_minor, balance_after_minor, reference, recorded_at)
    select account_id, sequence, 'USAGE', amount, balance_after, reference, recorded_at
    from ${unnested(
      { type: 'uuid', values: records.map(({ accountId }) => toUuid(accountId)) },
      { type: 'bigint', values: records.map(({ entrySequence }) => String(entrySequence)) },
      { type: 'bigint', values: records.map(({ chargeMinor }) => String(-chargeMinor)) },
      { type: 'bigint', values: records.map(({ balanceAfterMinor }) => String(balanceAfterMinor)) },
      { type: 'text', values: records.map(({ id }) => id) },
      { type: 'timestamptz', values: records.map(({ chargedAt }) => chargedAt.toISOString()) },
    )} as entry (account_id, sequence, amount, balance_after, reference, recorded_at)`)
}

/** In the order of record ids: two batches that share some wait for each other in one direction only. */
async function insertRecords(tx: Tx, charged: readonly UsageRecord[]): Promise<void> {
  const records = charged.toSorted((a, b) => (a.recordId < b.recordId ? -1 : 1))
  await tx.execute(sql`
    insert into ${usageRecords}
      (id, record_id, account_id, entry_sequence, usage_type, quantity, started_at, tariff_id, block_size,
       price_per_block, currency, charge_minor, balance_after_minor, charged_at)
    select * from ${unnested(
      { type: 'uuid', values: records.map(({ id }) => toUuid(id)) },
      { type: 'text', values: records.map(({ recordId }) => recordId) },
      { type: 'uuid', values: records.map(({ accountId }) => toUuid(accountId)) },
      { type: 'bigint', values: records.map(({ entrySequence }) => String(entrySequence)) },
      { type: 'text', values: records.map(({ usageType }) => usageType) },
      { type: 'bigint', values: records.map(({ quantity }) => String(quantity)) },
      { type: 'timestamptz', values: records.map(({ startedAt }) => startedAt.toISOString()) },
      { type: 'uuid', values: records.map(({ tariffId }) => toUuid(tariffId)) },
      { type: 'bigint', values: records.map(({ blockSize }) => String(blockSize)) },
      { type: 'numeric', values: records.map(({ pricePerBlock }) => pricePerBlock) },
      { type: 'text', values: records.map(({ currency }) => currency) },
      { type: 'bigint', values: records.map(({ chargeMinor }) => String(chargeMinor)) },
      { type: 'bigint', values: records.map(({ balanceAfterMinor }) => String(balanceAfterMinor)) },
      { type: 'timestamptz', values: records.map(({ chargedAt }) => chargedAt.toISOString()) },
    )}`)
}

async function updateBalances(tx: Tx, records: readonly UsageRecord[]): Promise<void> {
  const last = [...new Map(records.map((record) => [record.accountId, record])).values()]
  await tx.execute(sql`
    update ${billingAccounts}
    set balance_minor = last.balance_after, entry_sequence = last.sequence
    from ${unnested(
      { type: 'uuid', values: last.map(({ accountId }) => toUuid(accountId)) },
      { type: 'bigint', values: last.map(({ balanceAfterMinor }) => String(balanceAfterMinor)) },
      { type: 'bigint', values: last.map(({ entrySequence }) => String(entrySequence)) },
    )} as last (account_id, balance_after, sequence)
    where ${billingAccounts.id} = last.account_id`)
}
