import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { expireOne } from '@carriergraph/shared/ledger/expire-pending.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { failed, type PaymentFailure } from '../domain/decide.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { takeStep } from './change-payment.ts'
import { failureOf } from './settle.ts'

// Each step asks the ledger by an id that follows from the payment's, and then records what it answered: whoever does it
// again, at any time, is answered the same and finds it recorded or not. What was decided before stands in the payment
// (WANTED, PROCESSING, RELEASING), so that no other step can meet one that is on its way.

/** Has the ledger hold the amount of an authorised payment, or fails the payment where it does not. */
export async function placeHold(
  books: Books,
  payment: Payment,
  clock: () => Date,
  ledger: Pick<Ledger, 'post'>,
): Promise<Payment> {
  const { id, transferId, sourceAccountId, destinationAccountId, amount, authorisedUntil } = payment
  if (authorisedUntil === null) throw new Error(`The payment ${id} wants a hold without an end.`)
  const posting = await ledger.post({
    kind: 'PENDING',
    id: transferId,
    debitAccountId: sourceAccountId,
    creditAccountId: destinationAccountId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference: id,
    expiresAt: authorisedUntil,
  })
  const failure = holdFailure(id, posting)
  return takeStep(books.db, id, clock(), ({ hold }) => {
    if (hold !== 'WANTED') return undefined
    return failure === null ? { hold: 'PLACED' } : { status: 'FAILED', failure, hold: 'REFUSED' }
  })
}

/** Moves what is captured of the hold, and sets the rest free. */
export async function captureHold(
  books: Books,
  payment: Payment,
  clock: () => Date,
  ledger: Pick<Ledger, 'post'>,
): Promise<Payment> {
  const { id, transferId } = payment
  const posting = await ledger.post({
    kind: 'POST_PENDING',
    id: namedId('tfr', `capture of ${transferId}`),
    pendingId: transferId,
    amountMinor: movedAmount(payment).minor,
    reference: id,
  })
  const failure = holdFailure(id, posting)
  return takeStep(books.db, id, clock(), ({ status }) => {
    if (status !== 'PROCESSING') return undefined
    return failure === null
      ? { status: 'COMPLETED', hold: 'CAPTURED' }
      : { status: 'FAILED', failure, hold: 'RELEASING' }
  })
}

/** Sets free what is held for a payment that has ended without it. */
export async function releaseHold(
  books: Books,
  { id, transferId }: Payment,
  clock: () => Date,
  ledger: Pick<Ledger, 'post'>,
): Promise<Payment> {
  const voided = await ledger.post({
    kind: 'VOID_PENDING',
    id: namedId('tfr', `release of ${transferId}`),
    pendingId: transferId,
    reference: id,
  })
  if (!voided.ok && voided.code !== 'PENDING_ALREADY_VOIDED') {
    if (voided.code !== 'PENDING_EXPIRED') throw new Error(`What ${id} holds was not released: ${voided.code}.`)
    await releaseExpired(transferId, ledger)
  }
  return takeStep(books.db, id, clock(), ({ hold }) => (hold === 'RELEASING' ? { hold: 'RELEASED' } : undefined))
}

/** A hold that is past its end cannot be voided; its expiry, which others may have posted, sets it free. */
async function releaseExpired(transferId: Id<'tfr'>, ledger: Pick<Ledger, 'post'>): Promise<void> {
  const expired = await expireOne(ledger, transferId)
  if (!expired.ok && expired.code !== 'PENDING_EXPIRED')
    throw new Error(`The hold ${transferId} did not expire: ${expired.code}.`)
}

/** Ends a payment that nobody captured in time. */
export const expire = (books: Books, { id }: Payment, clock: () => Date): Promise<Payment> => {
  const now = clock()
  return takeStep(books.db, id, now, ({ status, hold, authorisedUntil }) => {
    const isOver = authorisedUntil !== null && authorisedUntil <= now
    if (status !== 'AUTHORISED' || hold !== 'PLACED' || !isOver) return undefined
    return { status: 'FAILED', failure: failed('AUTHORISATION_EXPIRED'), hold: 'RELEASING' }
  })
}

function holdFailure(id: Id<'pay'>, posting: Posting): PaymentFailure | null {
  if (posting.ok) return null
  const { code } = posting
  if (code === 'PENDING_EXPIRED' || code === 'EXPIRY_NOT_IN_FUTURE') return failed('AUTHORISATION_EXPIRED')
  // Somebody voided it in the ledger, past the payment.
  return code === 'PENDING_ALREADY_VOIDED' ? failed('HOLD_RELEASED') : failureOf(id, posting)
}
