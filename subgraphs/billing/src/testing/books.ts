import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { eq, sql } from 'drizzle-orm'
import { balanceEntries } from '../db/tables/balance-entries.ts'
import { billingAccounts } from '../db/tables/billing-accounts.ts'
import { usageRecords } from '../db/tables/usage-records.ts'

/** What the database says of one number: its balance, and whether the entries bear it out. */
export type Books = {
  readonly balance: bigint
  readonly entrySum: bigint
  readonly entries: number
  /** Whether the entries are numbered 1, 2, 3, … up to the account's last. */
  readonly isGapless: boolean
  readonly records: number
  readonly charged: bigint
}

export async function booksOf(db: TenantDb, msisdn: string): Promise<Books> {
  const [account] = await db.select().from(billingAccounts).where(eq(billingAccounts.msisdn, msisdn))
  if (account === undefined) throw new Error(`no account ${msisdn}`)
  const entries = await db
    .select()
    .from(balanceEntries)
    .where(eq(balanceEntries.accountId, account.id))
    .orderBy(balanceEntries.sequence)
  const records = await db.select().from(usageRecords).where(eq(usageRecords.accountId, account.id))
  return {
    balance: account.balanceMinor,
    entrySum: entries.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
    entries: entries.length,
    isGapless:
      entries.every(({ sequence }, at) => sequence === BigInt(at + 1)) &&
      account.entrySequence === BigInt(entries.length),
    records: records.length,
    charged: records.reduce((sum, { chargeMinor }) => sum + chargeMinor, 0n),
  }
}

/** The events of the journal of these types, in the order of the journal. */
export async function journalled(db: TenantDb, ...types: string[]) {
  return db.execute<{ type: string; aggregate_id: string; version: number; data: Record<string, unknown> }>(sql`
    select type, aggregate_id, version, data from journal
    where type in ${types} order by xid, seq`)
}
