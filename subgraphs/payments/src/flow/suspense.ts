import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, namedId, newId } from '@carriergraph/shared/ids.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import { isAnyFrozen } from '../db/ledger-accounts.ts'
import { lockPayment } from '../db/payments.ts'
import { findTransfers } from '../db/transfers.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { unappliedReason, walletOf } from '../domain/unapplied.ts'
import type { RailsConfig } from '../rails/settings.ts'
import { followSentBack } from '../unapplied/sent-back.ts'
import { type OnEnd, SETTLING_ACTOR } from './change-payment.ts'
import { clearing } from './clear.ts'
import { followReturnOfKept } from './give-back.ts'
import { insertRefund } from './refund.ts'
import { suspenseIn } from './suspense-account.ts'
import { recordUnapplied } from './unapplied.ts'

// Money that a rail has moved, and that the ledger cannot bring into its wallet, or take from it: the wallet is frozen,
// closed or empty. The rail's account has it all the same, so SUSPENSE takes the wallet's place, until a person has settled
// it with its owner. So it does for a closed wallet to which somebody gives back what it had paid.

/**
 * Brings the money of a deposit that has come, and that its wallet cannot take, into suspense. The same deposit again, by
 * anybody, is the same transfer.
 * @param release of what is held for it: once the ledger has done that, nobody captures it any more
 * @returns WAITS where it cannot be now, because one of the operator's accounts is frozen; CAPTURED where somebody else has
 * brought it into the wallet
 */
export async function keepInSuspense(
  { db }: Books,
  payment: Payment,
  { clock, ledger, release }: { clock: Clock; ledger: Pick<Ledger, 'post'>; release(): Promise<Posting> },
): Promise<'KEPT' | 'CAPTURED' | 'WAITS'> {
  const { id, sourceAccountId } = payment
  const { minor: amountMinor, currency } = movedAmount(payment)
  const suspenseId = await inTransaction(db, (tx) => suspenseIn(tx, currency, clock()))
  if (await isAnyFrozen(db, [sourceAccountId, suspenseId])) return 'WAITS'
  const released = await release()
  if (!released.ok && released.code === 'PENDING_ALREADY_POSTED') return 'CAPTURED'
  const isPosted = await postUntilTaken(ledger, suspenseOf(payment), {
    debitAccountId: sourceAccountId,
    creditAccountId: suspenseId,
    amountMinor,
    currency,
    reference: id,
  })
  return isPosted ? 'KEPT' : 'WAITS'
}

/**
 * Whether the money of a deposit is in suspense. Its hold says so, too, but for what a process of the version before left, which
 * released holds last.
 */
export async function isInSuspense({ db }: Books, payment: Payment): Promise<boolean> {
  const ids = Array.from({ length: ATTEMPTS_MAX }, (_, attempt) => attemptId(suspenseOf(payment), attempt))
  return (await findTransfers(db, ids)).some(({ refusal }) => refusal === null)
}

const suspenseOf = ({ transferId }: Payment) => `suspense of ${transferId}`

/**
 * Posts what must come about, once, by whomever and however often it is asked for under that name.
 * @returns false where it cannot be now, because an account is frozen
 * @throws Error for another refusal
 */
export async function postUntilTaken(
  ledger: Pick<Ledger, 'post'>,
  name: string,
  movement: Omit<Extract<TransferOrder, { kind: 'SINGLE' }>, 'kind' | 'id'>,
): Promise<boolean> {
  // What was refused under an id is refused under it for ever. Whoever comes by walks the same ids, and ends at the first
  // that was not refused: so it is posted once. A freeze costs one id, and not all that are left.
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const posted = await ledger.post({ kind: 'SINGLE', id: attemptId(name, attempt), ...movement })
    if (posted.ok) return true
    if (posted.code !== 'ACCOUNT_FROZEN') throw new Error(`${movement.reference} was not posted: ${posted.code}.`)
    if (posted.replayed !== true) return false
  }
  return false
}

const attemptId = (name: string, attempt: number): Id<'tfr'> => namedId('tfr', `${name} ${attempt}`)

/** Each needs that an account is frozen between two statements, so that one is rare. */
const ATTEMPTS_MAX = 20

/**
 * Whether a refund that follows money that has come back has to wait: it must come about, and what the ledger refuses for an
 * account of the operator's that is frozen, no other account can make good.
 */
export const waitsForOperator = async (
  { db }: Books,
  { method, execution, originalId, sourceAccountId, destinationAccountId }: Payment,
): Promise<boolean> =>
  originalId !== null &&
  method !== 'WALLET' &&
  execution === null &&
  (await isAnyFrozen(db, [sourceAccountId, destinationAccountId], 'OPERATOR'))

/** What else belongs to the end of a refund that no rail carries: what SUSPENSE has for a wallet that was closed is recorded. */
export const endOfRefund: OnEnd = async (tx, refund, now) => {
  if (refund.originalId === null || refund.status !== 'COMPLETED') return
  const original = await lockPayment(tx, refund.originalId)
  if (refund.destinationAccountId === walletOf(original)) return
  await recordUnapplied(
    tx,
    {
      reference: original.id,
      ownerId: original.payerId,
      accountId: walletOf(original),
      amount: refund.amount,
      direction: 'IN',
      place: 'SUSPENSE',
      reason: 'ACCOUNT_CLOSED',
      correlationId: refund.correlationId,
    },
    now,
  )
}

/** What else belongs to the end of a payment over a rail. */
export function endOverRail(config: RailsConfig): OnEnd {
  const clear = clearing(config)
  return async (tx, payment, now) => {
    const { type, status, execution, originalId } = payment
    await followSentBack(tx, payment, now)
    if (status === 'COMPLETED') return clear(tx, payment, now)
    if (type === 'DEPOSIT' && execution === 'SETTLED') {
      await clear(tx, payment, now)
      await recordKept(tx, payment, payment, now)
      // It may have gone back before it was known here that its wallet cannot take it.
      await followReturnOfKept(tx, payment, now)
    } else if (originalId !== null && execution === null)
      await replace(tx, payment, await lockPayment(tx, originalId), now)
  }
}

/** A refund that follows what has come back, and that the ledger refused, is made good by one in which SUSPENSE stands for the wallet. */
async function replace(tx: Tx, refused: Payment, original: Payment, now: Date): Promise<void> {
  const { amount, correlationId, failure } = refused
  if (failure === null) throw new Error(`${refused.id} failed without a reason.`)
  const accountId = await suspenseIn(tx, amount.currency, now)
  const by = { now, actor: SETTLING_ACTOR, correlationId, id: newId('pay', now) }
  await insertRefund(tx, original, amount, { ...by, hasReturned: true, instead: { accountId, failure } })
  // One of suspense itself was refused only for the moment, and is recorded.
  const isFirst = ![refused.sourceAccountId, refused.destinationAccountId].includes(accountId)
  if (isFirst) await recordKept(tx, refused, original, now)
}

async function recordKept(tx: Tx, failed: Payment, original: Payment, now: Date): Promise<void> {
  const isIn = failed === original || original.type === 'WITHDRAWAL'
  await recordUnapplied(
    tx,
    {
      reference: original.id,
      ownerId: original.payerId,
      accountId: walletOf(original),
      amount: movedAmount(failed),
      direction: isIn ? 'IN' : 'OUT',
      place: 'SUSPENSE',
      reason: unappliedReason(failed),
      correlationId: original.correlationId,
    },
    now,
  )
}
