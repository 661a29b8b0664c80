import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId } from '@carriergraph/shared/ids.ts'
import type { Ledger } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { findRefundsToEnd, findReturnRefunds, lockPayment } from '../db/payments.ts'
import { findInstruction } from '../db/rail-instructions.ts'
import { findUnapplied, lockKept } from '../db/unapplied-money.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { walletOf } from '../domain/unapplied.ts'
import { isUndecided, leftMinor } from '../domain/unapplied-case.ts'
import { returnOfCase } from '../unapplied/change.ts'
import { withdrawResolution } from '../unapplied/withdraw.ts'
import { applyChange, SETTLING_ACTOR } from './change-payment.ts'
import { instructionIdOf } from './instruction-of.ts'
import { insertRefund } from './refund.ts'
import { suspenseIn } from './suspense-account.ts'
import { recordUnapplied } from './unapplied.ts'

/**
 * Takes on the refund that gives back in the books what has come back over the rail, all or part, once. While refunds are on
 * their way that may leave too little for it, or hold it still, it waits for their end. What they have given back before is named: its payer
 * has it twice, and a person has to ask it back.
 * @returns whether that is taken care of
 */
export const giveBack = ({ db }: Books, { id }: Pick<Payment, 'id'>, clock: Clock): Promise<boolean> =>
  inTransaction(db, async (tx) => {
    const payment = await lockPayment(tx, id)
    if (payment.execution !== 'RETURNED') return true
    const returned = await notFollowedYet(tx, payment)
    // What one that has ended still holds is what the ledger would refuse this one.
    if ((await findRefundsToEnd(tx, id)).some(({ hold }) => hold === 'RELEASING')) return false
    // What is claimed is free again where a refund that is on its way fails.
    if (isClaimed(payment, returned) && payment.refundClaimedMinor !== payment.refundedMinor) return false
    const by = { now: clock(), actor: SETTLING_ACTOR }
    const given = await applyChange(tx, payment, { execution: 'GIVEN_BACK' }, by)
    const minor = isClaimed(payment, returned) ? leftOf(payment) : returned
    const { correlationId, amount } = payment
    const { currency } = amount
    if (minor > 0n) {
      const refund = { ...by, id: newId('pay', by.now), correlationId, hasReturned: true }
      await insertRefund(tx, given, { minor, currency }, refund)
    }
    if (minor < returned) await recordExcess(tx, payment, returned - minor, by.now)
    return true
  })

/**
 * Follows in the books what has come back of a deposit that never got into its wallet: it leaves suspense as it came, and
 * nobody decides on it any more. What two people have decided on, and the ledger has not moved yet, it never moves. While a
 * refund that they have decided on is under way, it waits for its end, which may be that nothing of it came about. What was
 * done is named, as its payer has it twice.
 * @param ledger from whom what was decided is taken away; needed where the case may be on its way there
 * @returns the refund to be driven on: what takes it out of suspense, or what is under way and must not pay it again
 */
export async function followReturnOfKept(
  tx: Tx,
  payment: Payment,
  now: Date,
  ledger?: Pick<Ledger, 'post'>,
): Promise<Id<'pay'> | undefined> {
  const returned = await goneBackOfKept(tx, payment)
  if (returned <= 0n) return undefined
  const { correlationId, amount, failure } = payment
  const by = { actor: SETTLING_ACTOR, correlationId, now }
  const locked = await lockKept(tx, payment.id)
  const isAtLedger = locked?.state === 'RESOLVING' && locked.refundId === null
  const kept = isAtLedger && ledger ? await withdrawResolution(tx, ledger, locked, by) : locked
  if (kept?.state === 'RESOLVING') return kept.refundId ?? undefined
  const left = kept !== undefined && isUndecided(kept) ? leftMinor(kept) : 0n
  const followed = returned < left ? returned : left
  if (followed < returned) await recordExcess(tx, payment, returned - followed, now)
  if (kept === undefined || followed === 0n) return undefined
  if (failure === null) throw new Error(`${payment.id} has not failed.`)
  await returnOfCase(tx, kept, followed, by)
  const instead = { accountId: await suspenseIn(tx, amount.currency, now), failure }
  const refund = { ...by, id: newId('pay', now), hasReturned: true, instead }
  return (await insertRefund(tx, payment, { minor: followed, currency: amount.currency }, refund)).id
}

/** What has gone back of a deposit that never got into its wallet, and is neither followed in the books yet, nor named. */
async function goneBackOfKept(db: Db, payment: Payment): Promise<bigint> {
  if (payment.status !== 'FAILED' || payment.type !== 'DEPOSIT' || payment.execution !== 'SETTLED') return 0n
  const told = (await findInstruction(db, instructionIdOf(payment)))?.returned?.minor ?? 0n
  if (told === 0n) return 0n
  const kept = (await findUnapplied(db, [payment.id])).reduce((sum, { returnedMinor }) => sum + returnedMinor, 0n)
  return told - kept - (await excessOf(db, payment))
}

/**
 * Whether what a refund is to give back has come back by itself: what refunds that were asked for have claimed, or what one is
 * to send back out of suspense.
 */
export async function hasComeBackOtherwise(db: Db, original: Payment): Promise<boolean> {
  if (original.status === 'FAILED') return (await goneBackOfKept(db, original)) > 0n
  return original.execution === 'RETURNED' && isClaimed(original, await notFollowedYet(db, original))
}

const leftOf = (payment: Payment): bigint => movedAmount(payment).minor - payment.refundClaimedMinor

const isClaimed = (payment: Payment, returned: bigint): boolean => leftOf(payment) < returned

/** What has come back of a payment and is neither given back in the books yet, nor named. */
async function notFollowedYet(db: Db, payment: Payment): Promise<bigint> {
  const tracked = await findInstruction(db, instructionIdOf(payment))
  if (tracked?.returned === undefined) throw new Error(`Nothing of ${payment.id} has come back.`)
  let left = tracked.returned.minor
  for (const { amount } of await findReturnRefunds(db, payment)) left -= amount.minor
  return left - (await excessOf(db, payment))
}

/** What has come back of a payment and was named, because others had given it back. */
async function excessOf(db: Db, { id }: Payment): Promise<bigint> {
  const named = (await findUnapplied(db, [id])).filter(({ reason }) => reason === 'EXCEEDS_REST')
  return named.reduce((sum, { amount }) => sum + amount.minor, 0n)
}

const recordExcess = (tx: Tx, payment: Payment, minor: bigint, now: Date): Promise<Id<'uam'>> =>
  recordUnapplied(
    tx,
    {
      reference: payment.id,
      ownerId: payment.payerId,
      accountId: walletOf(payment),
      amount: { minor, currency: payment.amount.currency },
      direction: payment.type === 'DEPOSIT' ? 'OUT' : 'IN',
      place: 'RECONCILIATION',
      reason: 'EXCEEDS_REST',
      correlationId: payment.correlationId,
    },
    now,
  )
