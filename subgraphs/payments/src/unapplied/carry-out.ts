import type { Clock } from '@carriergraph/shared/clock.ts'
import { correlationId } from '@carriergraph/shared/correlation.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { readOn } from '@carriergraph/shared/db/read-on.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, isId } from '@carriergraph/shared/ids.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import { isAnyFrozen, type OperatorPurpose } from '../db/ledger-accounts.ts'
import { lockPayment } from '../db/payments.ts'
import { findCases, findPendingCases, lockCase, updateCase } from '../db/unapplied-money.ts'
import { leftMinor, type UnappliedCase } from '../domain/unapplied-case.ts'
import { SETTLING_ACTOR } from '../flow/change-payment.ts'
import { followReturnOfKept } from '../flow/give-back.ts'
import { openOperatorAccount } from '../flow/ledger-account-changes.ts'
import { postUntilTaken } from '../flow/suspense.ts'
import { endCase, reopenCase } from './change.ts'
import { resolutionTransferId, WITHDRAWN } from './withdraw.ts'

export type CarryOutParts = {
  readonly db: TenantDb
  /** The tenant's, as `db` is. */
  readonly ledger: Pick<Ledger, 'post'>
  readonly clock: Clock
}

/**
 * Has the ledger follow what was decided on a case, and records what it answered: the case is resolved, or open again. The
 * ids of its transfers follow from the case and from how often it was approved, so that whoever does this again, after a
 * kill between the two or at the same time, gets the same answer and records it once. What a rail does is the payment's.
 */
export async function carryOut(parts: CarryOutParts, id: Id<'uam'>): Promise<void> {
  const { db, ledger, clock } = parts
  const [found] = await findCases(db, [id])
  if (found === undefined || !(await bringIntoSuspense(parts, found))) return
  if (found.state !== 'RESOLVING' || found.refundId !== null) return
  const answer = await ledger.post(await orderOf(parts, found))
  const by = provenance(clock)
  await inTransaction(db, async (tx) => {
    // As everywhere, the payment before what is of it.
    const original = isId('pay', found.reference) ? await lockPayment(tx, found.reference) : undefined
    const current = await lockCase(tx, id)
    const { state, attempt, resolution } = current
    if (state !== 'RESOLVING' || attempt !== found.attempt || resolution === null) return
    if (answer.ok) await endCase(tx, current, resolution, by)
    // Its id was used up by somebody who died before they could say so (`withdrawResolution`).
    else await reopenCase(tx, current, answer.code === 'IDEMPOTENCY_KEY_REUSED' ? WITHDRAWN : answer.code, by)
    // What went back by itself meanwhile has waited for this.
    if (original !== undefined) await followReturnOfKept(tx, original, by.now)
  })
}

/** Read at once. */
const PAGE = 100

/**
 * Goes on with all cases of a tenant that a killed process has left between a decision and the ledger, and with what the
 * ledger could not take before.
 * @returns how many there were
 */
export async function carryOutPending(parts: CarryOutParts & { readonly log: Log }): Promise<number> {
  let looked = 0
  for await (const id of readOn<Id<'uam'>>(PAGE, (page) => findPendingCases(parts.db, page))) {
    try {
      await carryOut(parts, id)
    } catch (error) {
      // The others must not wait for this one; it is tried again.
      parts.log.error({ err: error, unappliedId: id }, 'could not carry out what was decided on unapplied money')
    }
    looked += 1
  }
  return looked
}

/** Brings a case into suspense that is not yet there. @returns false where that cannot be now, because an account is frozen */
export async function bringIntoSuspense(parts: CarryOutParts, found: UnappliedCase): Promise<boolean> {
  const { id, reference, amount, isSuspended } = found
  if (isSuspended) return true
  const { currency } = amount
  const debitAccountId = await accountOf(parts, 'RAIL_CLEARING', found)
  const creditAccountId = await accountOf(parts, 'SUSPENSE', found)
  if (await isAnyFrozen(parts.db, [debitAccountId, creditAccountId])) return false
  const movement = { debitAccountId, creditAccountId, amountMinor: amount.minor, currency, reference }
  if (!(await postUntilTaken(parts.ledger, `suspense of ${id}`, movement))) return false
  await inTransaction(parts.db, (tx) => updateCase(tx, id, { isSuspended: true }))
  return true
}

/** What the ledger is asked for: what is owed leaves suspense, and what is due comes to it. */
async function orderOf(parts: CarryOutParts, found: UnappliedCase): Promise<TransferOrder> {
  const { amount, direction, walletId, reference } = found
  const suspense = await accountOf(parts, 'SUSPENSE', found)
  const other = walletId ?? (await accountOf(parts, 'WRITE_OFFS', found))
  const [debitAccountId, creditAccountId] = direction === 'IN' ? [suspense, other] : [other, suspense]
  return {
    kind: 'SINGLE',
    id: resolutionTransferId(found),
    debitAccountId,
    creditAccountId,
    amountMinor: leftMinor(found),
    currency: amount.currency,
    reference,
  }
}

/** An account of the operator's, opened where it is missing. */
const accountOf = async ({ db, clock }: CarryOutParts, purpose: OperatorPurpose, { amount }: UnappliedCase) =>
  (await openOperatorAccount(db, purpose, amount.currency, provenance(clock))).id

const provenance = (clock: Clock): Provenance => ({
  actor: SETTLING_ACTOR,
  correlationId: correlationId() ?? 'unapplied money',
  now: clock(),
})
