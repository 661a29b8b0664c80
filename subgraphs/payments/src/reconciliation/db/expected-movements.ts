import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { and, eq, inArray, sql } from 'drizzle-orm'
import { expectedMovement } from '../../db/tables/expected-movement.ts'
import { reconciledAccount } from '../../db/tables/reconciled-account.ts'

/** An expected movement as it is shown. */
export type ExpectedBankMovement = {
  readonly id: Id<'exm'>
  readonly account: string
  readonly source: string
  readonly references: string[]
  /** Before the bank's fee; above zero where the account gains. */
  readonly amountMinor: bigint
  readonly currency: CurrencyCode
  /** YYYY-MM-DD. */
  readonly expectedOn: string
  readonly feeMinor: bigint
  readonly counterparty: string | null
  readonly createdAt: Date
}

export type NewExpectedMovement = ExpectedBankMovement & { readonly lookup: string | null }

/** Calls that expect something on an account stand in line: the second then finds the sources of the first. */
export async function lockSources(tx: Tx, account: string): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(
      hashtextextended('expected on ' || current_setting('app.tenant') || ' ' || ${account}, 0))`,
  )
}

/** Has an account reconciled from now on, where it is not already. */
export async function ensureReconciledAccount(tx: Tx, account: string, since: Date): Promise<void> {
  await tx.insert(reconciledAccount).values({ account, since }).onConflictDoNothing()
}

/** Stores movements whose sources are not there yet. */
export async function insertExpectedMovements(tx: Tx, movements: readonly NewExpectedMovement[]): Promise<void> {
  await tx.insert(expectedMovement).values([...movements])
}

export const findExpectedBySource = (
  db: Db,
  account: string,
  sources: readonly string[],
): Promise<ExpectedBankMovement[]> =>
  db
    .select()
    .from(expectedMovement)
    .where(and(eq(expectedMovement.account, account), inArray(expectedMovement.source, [...sources])))

export type AwaitedMovement = ExpectedBankMovement & { readonly itemId: Id<'rci'> | null }

/** Those that exist, as they stand until the transaction ends where their account is locked. */
export async function findMovementsToMatch(tx: Tx, ids: readonly Id<'exm'>[]): Promise<AwaitedMovement[]> {
  if (ids.length === 0) return []
  return tx
    .select()
    .from(expectedMovement)
    .where(inArray(expectedMovement.id, [...ids]))
}
