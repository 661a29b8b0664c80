import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import { whileMatched } from './db/account-lock.ts'
import { changeItems } from './db/items.ts'
import { insertPostings } from './db/postings.ts'
import { findRun, newestRunDay } from './db/runs.ts'
import type { LockedItem } from './item.ts'
import { journalResolved } from './journal-items.ts'
import { planSafely } from './plan.ts'
import { postingOf } from './postings.ts'
import { resolveItems } from './resolve-items.ts'
import { carryOut, matchOpen } from './run-reconciliation.ts'

/** How many cases were resolved, by the reason that makes it safe. */
export type AutoResolved = {
  readonly lateCounterparts: number
  readonly feesWithinDeclared: number
  readonly alreadyTold: number
}

export type AutoResolveCode = 'ACCOUNT_NOT_FOUND' | 'ACCOUNT_BUSY'

/**
 * Resolves the cases of an account that need no judgement, and no others:
 * - a counterpart has come since, with the same reference and to the minor unit the same amount;
 * - the bank kept back less than the fee that was declared for the movement: the difference is booked as a fee;
 * - a statement and a notification told the same movement: nothing moved twice.
 * Whatever it books is between accounts of the operator: no rule knows a customer's. What it leaves is for people.
 */
export function autoResolve(
  db: TenantDb,
  account: string,
  provenance: Provenance,
): Promise<Outcome<AutoResolved, AutoResolveCode>> {
  return whileMatched(db, account, async (tx, reconciled) => {
    if (reconciled === undefined) return refuse('ACCOUNT_NOT_FOUND', 'There is no such account.', ['account'])
    const day = await newestRunDay(tx, account)
    const run = day === undefined ? undefined : await findRun(tx, account, day)
    if (run === undefined) return ok({ lateCounterparts: 0, feesWithinDeclared: 0, alreadyTold: 0 })
    const { results, open } = await matchOpen(tx, account, run.day)
    const plan = planSafely(results, open)
    await carryOut(tx, run, plan, provenance)
    const matched = new Set(plan.closed.map(({ item }) => item))
    const left = open.filter((item) => !matched.has(item))
    const fees = left.filter(isFeeWithinDeclared)
    await bookFees(tx, fees, provenance)
    const told = left.filter(isOnlyTold)
    await resolveItems(
      tx,
      told.map((item) => ({ item, resolution: 'ALREADY_TOLD' })),
      provenance,
    )
    return ok({
      lateCounterparts: plan.closed.length,
      feesWithinDeclared: fees.length,
      alreadyTold: told.length,
    })
  })
}

/** It says nothing beyond what another message told. */
const isOnlyTold = ({ rule, differenceMinor }: LockedItem): boolean =>
  rule === 'ALSO_NOTIFIED' && differenceMinor === 0n

/** Lines fall short of what was expected, and by no more than what the bank may take. */
const isFeeWithinDeclared = ({ status, differenceMinor, feeMaxMinor }: LockedItem): boolean =>
  status === 'AMOUNT_MISMATCH' && differenceMinor < 0n && -differenceMinor <= feeMaxMinor

async function bookFees(tx: Tx, items: readonly LockedItem[], provenance: Provenance): Promise<void> {
  const resolution = 'FEE_WITHIN_DECLARED'
  await changeItems(
    tx,
    items.map(({ id }) => id),
    { state: 'RESOLVED', resolution, resolvedBy: provenance.actor, resolvedAt: provenance.now },
  )
  await insertPostings(
    tx,
    items.map((item) => postingOf('SUSPENSE_FEE', { ...item, itemId: item.id, amountMinor: item.differenceMinor })),
    provenance.now,
  )
  await journalResolved(
    tx,
    items.map((item) => ({ item, resolution })),
    provenance,
  )
}
