import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Schedule, schedule as timer } from '@carriergraph/shared/journal/polling-loop.ts'
import { type Outcome, refuse } from '@carriergraph/shared/outcome.ts'
import { inArray, sql } from 'drizzle-orm'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'
import { inTurnAt } from './account-turns.ts'
import { amongFew } from './large-accounts.ts'
import { analyzeGrown } from './statistics.ts'

/** What is to be known of an account before its lines are read. */
export type ReconciledAccount = { readonly account: string; readonly imports: number }

/**
 * How long one waits for an account that others have, in all: less than the five seconds that the gateway gives a subgraph, by
 * as much as a small run takes.
 */
export const PATIENCE_MS = 3_000
/** How long until it is asked again whether another process still has the account. */
export const ASK_AGAIN_MS = 100

type LockOptions = {
  readonly schedule?: Schedule
  /** Decides when a transaction begins, whoever's turn it is at the accounts. */
  readonly when?: <T>(attempt: () => Promise<T>) => Promise<T>
}

/**
 * Runs `work` in a transaction that has these bank accounts: whatever changes items of one does so in turn. In this process it
 * waits without a connection, or those who wait for one account would leave the tenant none for anything else; what another
 * process has is asked for again and again, as a lock that is waited for needs a connection as well. Refused where an account
 * stays with somebody else. What was known of an account before has to be read again in `work`.
 * @param work gets those of the accounts that exist, in any order
 */
export async function whileReconciled<T, Code extends string>(
  db: TenantDb,
  accounts: readonly string[],
  work: (tx: Tx, reconciled: readonly ReconciledAccount[]) => Promise<Outcome<T, Code>>,
  { schedule = timer, when = (attempt) => attempt() }: LockOptions = {},
): Promise<Outcome<T, Code | 'ACCOUNT_BUSY'>> {
  const patience = new AbortController()
  const calm = schedule(() => patience.abort(), PATIENCE_MS)
  const attempt = () =>
    inTransaction(db, async (tx): Promise<Outcome<T, Code | 'ACCOUNT_BUSY'>> => {
      const isLocked = await tryLock(tx, accounts)
      return isLocked ? work(tx, await reconciledAccounts(tx, accounts)) : accountBusy()
    })
  const done = inTurnAt(db, [...new Set(accounts)], patience.signal, async () => {
    await analyzeGrown(db)
    for (;;) {
      const outcome = await when(attempt)
      if (outcome.ok || outcome.code !== 'ACCOUNT_BUSY' || patience.signal.aborted) return outcome
      await new Promise<void>((resolve) => schedule(resolve, ASK_AGAIN_MS))
    }
  })
  return (await done.finally(calm)) ?? accountBusy()
}

/**
 * The same for an account of which all that is open is matched: where that is much, when few others do so. How long that takes is
 * no matter of patience.
 */
export const whileMatched = <T, Code extends string>(
  db: TenantDb,
  account: string,
  work: (tx: Tx, reconciled: ReconciledAccount | undefined) => Promise<Outcome<T, Code>>,
): Promise<Outcome<T, Code | 'ACCOUNT_BUSY'>> =>
  whileReconciled(db, [account], (tx, [reconciled]) => work(tx, reconciled), {
    when: (attempt) => amongFew(db, account, attempt),
  })

const accountBusy = () => refuse('ACCOUNT_BUSY', 'The account is being reconciled: try again in a moment.')

/**
 * Locks accounts until the transaction ends. Not by their rows: a row lock makes it a writing transaction, and the readers of the
 * journal would wait for the matching as well.
 * @returns false where somebody has one of them; it may have others then
 */
async function tryLock(tx: Tx, accounts: readonly string[]): Promise<boolean> {
  const [row] = await tx.execute<{ all: boolean | null }>(
    sql`select bool_and(pg_try_advisory_xact_lock(
        hashtextextended('reconciliation of ' || current_setting('app.tenant') || ' ' || account, 0))) as all
      from unnest(${sql.param(accounts)}::text[]) as wanted (account)`,
  )
  return row?.all !== false
}

async function reconciledAccounts(tx: Tx, accounts: readonly string[]): Promise<ReconciledAccount[]> {
  // Right after an import the planner believes that the table is small, and would read it whole for every line.
  await tx.execute(sql`set local enable_seqscan = off`)
  // Nor keep all of it in memory and compare it with each of thousands of keys.
  await tx.execute(sql`set local enable_material = off`)
  return tx
    .select({ account: reconciledAccount.account, imports: reconciledAccount.imports })
    .from(reconciledAccount)
    .where(inArray(reconciledAccount.account, [...accounts]))
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
