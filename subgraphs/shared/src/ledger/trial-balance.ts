import { sql } from 'drizzle-orm'
import type { Db } from '../db/pools.ts'
import type { CurrencyCode } from '../money/currencies.ts'
import { ledgerAccount } from './tables.ts'

/** What the accounts of one purpose and currency hold together, in minor units. */
export type TrialBalanceLine = {
  readonly currency: CurrencyCode
  readonly purpose: string
  /** The sum of the balances that are on the debit side, and of those on the credit side. */
  readonly debitMinor: bigint
  readonly creditMinor: bigint
}

/** The books of the connection's tenant, by currency and purpose. In each currency debits equal credits. */
export async function trialBalance(db: Db): Promise<TrialBalanceLine[]> {
  const { balanceMinor, currency, purpose } = ledgerAccount
  // Sums of bigint are numeric: as text, or they would pass through a JavaScript number.
  const rows = await db
    .select({
      currency,
      purpose,
      debit: sql<string>`coalesce(-sum(${balanceMinor}) filter (where ${balanceMinor} < 0), 0)::text`,
      credit: sql<string>`coalesce(sum(${balanceMinor}) filter (where ${balanceMinor} > 0), 0)::text`,
    })
    .from(ledgerAccount)
    .groupBy(currency, purpose)
    .orderBy(currency, purpose)
  return rows.map(({ debit, credit, ...line }) => ({ ...line, debitMinor: BigInt(debit), creditMinor: BigInt(credit) }))
}
