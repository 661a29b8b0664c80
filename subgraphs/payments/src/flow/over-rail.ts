import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Tx } from '@carriergraph/shared/db/pools.ts'
import { afterCommit, inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, parseId } from '@carriergraph/shared/ids.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { findCards } from '../db/cards.ts'
import { findRoute, type Route } from '../db/payment-routes.ts'
import { findPayment, lockPayment } from '../db/payments.ts'
import { afterRefund } from '../domain/commands.ts'
import type { PaymentFailure } from '../domain/decide.ts'
import { hasMoved, type Payment } from '../domain/payment.ts'
import { railFailure } from '../domain/rail-failure.ts'
import type { InstructionChange } from '../rails/drive.ts'
import type { OnRailNews } from '../rails/news.ts'
import type { Rails } from '../rails/rails.ts'
import { FINAL_STATES, type InstructionState } from '../rails/status.ts'
import { followSentBack } from '../unapplied/sent-back.ts'
import { isExpired } from '../vault/expiry.ts'
import { applyChange, type PaymentChange, type PaymentRef, SETTLING_ACTOR, stepWithin } from './change-payment.ts'
import { followReturnOfKept, hasComeBackOtherwise } from './give-back.ts'
import { instructionOf } from './instruction-of.ts'
import type { PostingLedgers } from './payment-flow.ts'

// A payment over a rail is held in the ledger first, then instructed. What its rail tells is recorded in the transaction
// that records it for the instruction; what the ledger has to do then is a step of its own, as all that goes to the ledger.

/**
 * Registers the instruction of a payment that holds its amount; in the same transaction it is on its way. A refund of what
 * has come back by itself meanwhile is cancelled instead: its payer has the money.
 */
export const instruct = (
  { tenant, db }: Books,
  { id, originalId }: PaymentRef,
  { clock, rails }: { readonly clock: Clock; readonly rails: Rails },
): Promise<Payment> =>
  inTransaction(db, async (tx) => {
    // As everywhere, the original before its refund.
    const original = originalId === null ? undefined : await lockPayment(tx, originalId)
    const payment = await lockPayment(tx, id)
    if (payment.status !== 'AUTHORISED' || payment.hold !== 'PLACED' || payment.execution !== 'WANTED') return payment
    const route = await findRoute(tx, id)
    const now = clock()
    const by = { now, actor: SETTLING_ACTOR }
    if (original !== undefined && (await hasComeBackOtherwise(tx, original))) {
      await applyChange(tx, original, afterRefund(original, payment.amount, false), by)
      const cancelled = await applyChange(tx, payment, { status: 'CANCELLED', hold: 'RELEASING' }, by)
      await followSentBack(tx, cancelled, now)
      return cancelled
    }
    const failure = await cardFailure(tx, payment, route, now)
    if (failure !== undefined) return applyChange(tx, payment, { status: 'FAILED', failure, hold: 'RELEASING' }, by)
    const registered = await rails.instruct(tx, tenant, instructionOf(payment, route, rails.config, now), route.rail)
    if (!registered.ok) throw new Error(registered.message)
    const change = { status: 'PROCESSING', execution: 'INSTRUCTED' } as const
    return applyChange(tx, payment, change, by)
  })

/**
 * Why a card is not used, which was good when the payment was taken on: it may have waited since to be confirmed, or for a
 * review. What is given back goes to the card that it came from, whatever became of it: its bank knows where to.
 */
async function cardFailure(
  tx: Tx,
  { method, type }: Payment,
  { counterparty }: Route,
  now: Date,
): Promise<PaymentFailure | undefined> {
  if (method !== 'CARD' || type === 'REFUND') return undefined
  const [card] = await findCards(tx, [parseId('card', counterparty.account ?? '')])
  const isUsable = card?.removedAt === null && !isExpired({ month: card.expiryMonth, year: card.expiryYear }, now)
  if (isUsable) return undefined
  return { code: 'NOT_CARRIED_BY_RAIL', message: 'The card was removed, or has expired, before it could be used.' }
}

export type PaymentNewsOptions = {
  readonly clock: Clock
  readonly ledgers: PostingLedgers
  /** Drives a payment on, behind the commit. */
  readonly soon: (books: Books, id: Id<'pay'>) => void
}

/** What payments do about news of their instructions. */
export const onPaymentNews =
  ({ clock, ledgers, soon }: PaymentNewsOptions): OnRailNews =>
  async (tx, { after }, books) => {
    const id = parseId('pay', after.instruction.reference)
    const { originalId } = await findPayment(tx, id)
    const payment = await stepWithin(tx, { id, originalId }, clock(), (current) => changeBy(current, after))
    const isInVain = payment.status === 'FAILED' || payment.status === 'CANCELLED'
    const followedBy = [
      isInVain ? await followSentBack(tx, payment, clock()) : undefined,
      after.state === 'RETURNED' ? await followReturnOfKept(tx, payment, clock(), ledgers.of(books)) : undefined,
    ]
    if (!ENDED.includes(after.state)) return
    for (const one of [id, ...followedBy]) if (one !== undefined) afterCommit(tx, () => soon(books, one))
  }

/** What the ledger has to follow. */
const ENDED: readonly InstructionState[] = [...FINAL_STATES, 'RETURNED']

/** What news of its instruction makes of a payment; undefined where nothing. */
function changeBy(payment: Payment, { state, reason }: InstructionChange['after']): PaymentChange | undefined {
  const { status, execution, originalId } = payment
  if (state === 'RETURNED') {
    // What a refund gave back and its bank sent back is nobody's any more: it is found by reconciliation.
    const isThere = hasMoved(status) || status === 'PROCESSING'
    // One part may follow another, which is given back by then.
    const isSettled = execution === 'SETTLED' || execution === 'GIVEN_BACK'
    return isSettled && originalId === null && isThere ? { execution: 'RETURNED' } : undefined
  }
  if (status !== 'PROCESSING' || execution !== 'INSTRUCTED') return undefined
  if (state === 'SETTLED') return { execution: 'SETTLED' }
  if (state === 'REJECTED') return { status: 'FAILED', failure: railFailure(reason), hold: 'RELEASING' }
  return state === 'CANCELLED' ? { status: 'CANCELLED', hold: 'RELEASING' } : undefined
}
