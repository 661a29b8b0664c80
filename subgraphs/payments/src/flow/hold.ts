import type { Clock } from '@carriergraph/shared/clock.ts'
import { type Id, namedId, newId } from '@carriergraph/shared/ids.ts'
import { expireOne } from '@carriergraph/shared/ledger/expire-pending.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { findLedgerAccounts, isAnyFrozen } from '../db/ledger-accounts.ts'
import { failed, type PaymentFailure } from '../domain/decide.ts'
import { movedAmount, type Payment } from '../domain/payment.ts'
import { type PaymentChange, takeStep } from './change-payment.ts'
import { failureOf, ledgerFailure, type StepParts } from './settle.ts'
import { isInSuspense, keepInSuspense } from './suspense.ts'

// Each step asks the ledger by an id that follows from the payment's, and then records what it answered: whoever does it
// again, at any time, is answered the same and finds it recorded or not. What was decided before stands in the payment
// (WANTED, PROCESSING, RELEASING), so that no other step can meet one that is on its way.

/** Has the ledger hold the amount of an authorised payment, or fails the payment where it does not. */
export async function placeHold(books: Books, payment: Payment, { clock, ledger, onEnd }: StepParts): Promise<Payment> {
  const { id, transferId, sourceAccountId, destinationAccountId, amount, execution, authorisedUntil } = payment
  if (authorisedUntil === null && execution === null) throw new Error(`The payment ${id} wants a hold without an end.`)
  const posting = await ledger.post({
    kind: 'PENDING',
    id: transferId,
    debitAccountId: sourceAccountId,
    creditAccountId: destinationAccountId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference: id,
    expiresAt: authorisedUntil ?? NEVER,
  })
  const failure = holdFailure(id, posting)
  const changeOf = ({ hold }: Payment): PaymentChange | undefined => {
    if (hold !== 'WANTED') return undefined
    return failure === null ? { hold: 'PLACED' } : { status: 'FAILED', failure, hold: 'REFUSED' }
  }
  // Nothing ends with what was never held, but what a refund was to give back.
  return takeStep(books.db, payment, clock(), changeOf, payment.originalId === null ? undefined : onEnd)
}

/** No time ends the hold of what is on a rail: it may have moved there, and nobody knows when that is told. */
const NEVER = new Date('8000-01-01T00:00:00.000Z')

/**
 * Moves what is captured of the hold, and sets the rest free. What a rail has moved the ledger has to follow: while an account
 * is frozen that no other can stand for, the payment stays as it is, and is captured when it is not. What has come over a
 * rail and does not get into its wallet is kept in suspense before the payment fails.
 */
export async function captureHold(books: Books, payment: Payment, parts: StepParts): Promise<Payment> {
  const { clock, ledger, onEnd } = parts
  const capture = (id: Id<'tfr'>) =>
    ledger.post({
      kind: 'POST_PENDING',
      id,
      pendingId: payment.transferId,
      amountMinor: movedAmount(payment).minor,
      reference: payment.id,
    })
  const first = await capture(namedId('tfr', `capture of ${payment.transferId}`))
  // What was refused under an id is refused under it for ever; a hold is captured once under whatever id.
  const again = () => capture(newId('tfr', clock()))
  const failure = first.ok ? null : await followRefusal(books, payment, parts, { refused: first, again })
  if (failure === 'WAITS') return payment
  const changeOf = ({ status, execution }: Payment): PaymentChange | undefined => {
    if (status !== 'PROCESSING' || execution === 'INSTRUCTED') return undefined
    if (failure === null) return { status: 'COMPLETED', hold: 'CAPTURED' }
    // What has gone back of it leaves suspense, and no wallet: that is not followed as a return of what was applied.
    const kept = execution === 'RETURNED' ? ({ execution: 'SETTLED' } as const) : {}
    return { status: 'FAILED', failure, hold: 'RELEASING', ...kept }
  }
  return takeStep(books.db, payment, clock(), changeOf, onEnd)
}

type RefusedCapture = { readonly refused: Exclude<Posting, { ok: true }>; again(): Promise<Posting> }

/** Why the payment fails; null where what it holds is captured all the same, WAITS where that cannot be said yet. */
async function followRefusal(
  books: Books,
  payment: Payment,
  parts: StepParts,
  capture: RefusedCapture,
): Promise<PaymentFailure | null | 'WAITS'> {
  const { id, type, execution } = payment
  if (execution !== null && type !== 'DEPOSIT') return followOut(books, payment, capture)
  const hasCome = execution === 'SETTLED' || execution === 'RETURNED'
  return hasCome ? followIn(books, payment, parts, capture) : holdFailure(id, capture.refused)
}

/** Of what has left the house over a rail. @throws Error where that cannot be followed */
async function followOut(
  { db }: Books,
  { id, sourceAccountId, destinationAccountId }: Payment,
  { refused, again }: RefusedCapture,
): Promise<null | 'WAITS'> {
  if (refused.code !== 'ACCOUNT_FROZEN') throw new Error(`${id} has left, and is not captured: ${refused.code}.`)
  if (await isAnyFrozen(db, [sourceAccountId, destinationAccountId])) return 'WAITS'
  const second = await again()
  return second.ok || second.code === 'PENDING_ALREADY_POSTED' ? null : 'WAITS'
}

/**
 * Of what has come for a wallet. Where it was the operator's account that the ledger refused, it waits for that; where it is
 * the wallet, suspense takes its place. Releasing the hold decides between the two: from then on it cannot be captured.
 */
async function followIn(
  books: Books,
  payment: Payment,
  { clock, ledger }: StepParts,
  { refused, again }: RefusedCapture,
): Promise<PaymentFailure | null | 'WAITS'> {
  const { id, sourceAccountId, destinationAccountId } = payment
  const accounts = await findLedgerAccounts(books.db, [sourceAccountId, destinationAccountId])
  const statusOf = (account: Id<'led'>) => accounts.find((each) => each.id === account)?.status
  const wallet = statusOf(destinationAccountId)
  let failure = holdFailure(id, refused)
  if (wallet === 'FROZEN' || wallet === 'CLOSED') failure = ledgerFailure(`ACCOUNT_${wallet}`)
  else if (isForStatus(refused) && !(await isInSuspense(books, payment))) {
    if (statusOf(sourceAccountId) !== 'ACTIVE') return 'WAITS'
    const second = await again()
    if (second.ok || second.code === 'PENDING_ALREADY_POSTED') return null
    if (isForStatus(second)) return 'WAITS'
    // Released, it was decided on for what the first was refused for.
    if (second.code !== 'PENDING_ALREADY_VOIDED') failure = holdFailure(id, second)
  }
  const kept = await keepInSuspense(books, payment, { clock, ledger, release: () => voidHold(ledger, payment) })
  if (kept === 'WAITS') return kept
  return kept === 'CAPTURED' ? null : failure
}

const isForStatus = ({ code }: RefusedCapture['refused']): boolean =>
  code === 'ACCOUNT_FROZEN' || code === 'ACCOUNT_CLOSED'

/** Sets free what is held for a payment that has ended without it. */
export async function releaseHold(books: Books, payment: Payment, { clock, ledger }: StepParts): Promise<Payment> {
  const { id, transferId } = payment
  const voided = await voidHold(ledger, payment)
  if (!voided.ok && voided.code !== 'PENDING_ALREADY_VOIDED') {
    if (voided.code !== 'PENDING_EXPIRED') throw new Error(`What ${id} holds was not released: ${voided.code}.`)
    await releaseExpired(transferId, ledger)
  }
  return takeStep(books.db, payment, clock(), ({ hold }) => (hold === 'RELEASING' ? { hold: 'RELEASED' } : undefined))
}

const voidHold = (ledger: StepParts['ledger'], { id, transferId }: Payment): Promise<Posting> =>
  ledger.post({
    kind: 'VOID_PENDING',
    id: namedId('tfr', `release of ${transferId}`),
    pendingId: transferId,
    reference: id,
  })

/** A hold that is past its end cannot be voided; its expiry, which others may have posted, sets it free. */
async function releaseExpired(transferId: Id<'tfr'>, ledger: Pick<Ledger, 'post'>): Promise<void> {
  const expired = await expireOne(ledger, transferId)
  if (!expired.ok && expired.code !== 'PENDING_EXPIRED')
    throw new Error(`The hold ${transferId} did not expire: ${expired.code}.`)
}

/** Ends a payment that nobody captured in time. */
export const expire = (books: Books, payment: Payment, clock: Clock): Promise<Payment> => {
  const now = clock()
  return takeStep(books.db, payment, now, ({ status, hold, authorisedUntil }) => {
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
