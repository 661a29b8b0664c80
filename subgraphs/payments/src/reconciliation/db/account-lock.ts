import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { postgresErrorBehind, SQL_STATE } from '@carriergraph/shared/db/sql-error.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import { eq, sql } from 'drizzle-orm'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'
import { analyzeGrown } from './statistics.ts'

/** What is to be known of an account before its lines are read. */
export type ReconciledAccount = { readonly account: string; readonly imports: number }

/**
 * Whatever changes items of a bank account stands in line, until the transaction ends. Not by the account's row: a row
 * lock makes it a writing transaction, and the readers of the journal would wait for the matching as well.
 * To be called within `whileReconciled`.
 * @returns undefined where there is no such account
 */
export async function lockReconciledAccount(tx: Tx, account: string): Promise<ReconciledAccount | undefined> {
  await tx
    .execute(
      sql`select pg_advisory_xact_lock(
      hashtextextended('reconciliation of ' || current_setting('app.tenant') || ' ' || ${account}, 0))`,
    )
    .catch((error: unknown) => {
      throw postgresErrorBehind(error)?.code === SQL_STATE.lockNotAvailable ? new AccountBusy() : error
    })
  // Right after an import the planner believes that the table is small, and would read it whole for every line.
  await tx.execute(sql`set local enable_seqscan = off`)
  // Nor keep all of it in memory and compare it with each of thousands of keys.
  await tx.execute(sql`set local enable_material = off`)
  const [row] = await tx
    .select({ account: reconciledAccount.account, imports: reconciledAccount.imports })
    .from(reconciledAccount)
    .where(eq(reconciledAccount.account, account))
  return row
}

/** Somebody else has had the account for longer than a statement waits for a lock. */
class AccountBusy extends Error {}

/** Runs `work`, which locks accounts, in a transaction: refused where one of them stays with somebody else. */
export async function whileReconciled<T, Code extends string>(
  db: TenantDb,
  work: (tx: Tx) => Promise<Outcome<T, Code>>,
): Promise<Outcome<T, Code | 'ACCOUNT_BUSY'>> {
  await analyzeGrown(db)
  try {
    return await inTransaction(db, work)
  } catch (error) {
    if (!(error instanceof AccountBusy)) throw error
    return refuse('ACCOUNT_BUSY', 'The account is being reconciled: try again in a moment.')
  }
}

/** A million lines are matched in some ten seconds, and on a machine that is busy in several times as many. */
const MATCHING_TIMEOUT = '2min'
/** What was matched is stored after that; until its first write, no reader of the journal waits for the transaction. */
const RUN_TIMEOUT = '5min'

/**
 * Lets this transaction match for longer than others may be idle, and take longer than they may, from now on.
 * @param run as PostgreSQL writes durations
 */
export async function allowMatchingTime(tx: Tx, { run = RUN_TIMEOUT }: { readonly run?: string } = {}): Promise<void> {
  // A timer that runs is not set anew: it has to be stopped first.
  await tx.execute(sql`select set_config('transaction_timeout', '0', true)`)
  await tx.execute(
    sql`select set_config('idle_in_transaction_session_timeout', ${MATCHING_TIMEOUT}, true),
      set_config('transaction_timeout', ${run}, true)`,
  )
}
