import type { Db } from '@carriergraph/shared/db/pools.ts'
import { eq } from 'drizzle-orm'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'

/** How many files had statements of an account: an answer from before the last of them is an old one. */
export async function importCountOf(db: Db, account: string): Promise<number> {
  const { imports } = reconciledAccount
  const [row] = await db.select({ imports }).from(reconciledAccount).where(eq(reconciledAccount.account, account))
  return row?.imports ?? 0
}
