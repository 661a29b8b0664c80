import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { eq, sql } from 'drizzle-orm'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'

/** What is to be known of an account before its lines are read. */
export type ReconciledAccount = { readonly account: string; readonly imports: number }

/**
 * Whatever changes items of a bank account stands in line, until the transaction ends. Not by the account's row: a row
 * lock makes it a writing transaction, and the readers of the journal would wait for the matching as well.
 * @returns undefined where there is no such account
 */
export async function lockReconciledAccount(tx: Tx, account: string): Promise<ReconciledAccount | undefined> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(
      hashtextextended('reconciliation of ' || current_setting('app.tenant') || ' ' || ${account}, 0))`,
  )
  // Right after an import the planner believes that the table is small, and would read it whole for every line.
  await tx.execute(sql`set local enable_seqscan = off`)
  const [row] = await tx
    .select({ account: reconciledAccount.account, imports: reconciledAccount.imports })
    .from(reconciledAccount)
    .where(eq(reconciledAccount.account, account))
  return row
}
