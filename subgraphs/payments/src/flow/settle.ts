import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { lockPayment, updatePayment } from '../db/payments.ts'
import type { PostTransfer } from '../db/post-transfer.ts'
import type { Verdict } from '../domain/decide.ts'
import { moveTo, type Payment } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'

/** Who decides and posts, as the history of a payment names it. */
export const SETTLING_ACTOR = 'svc:payments'

/**
 * The last step of a payment: in one transaction, the transfer, the new state, its history and its event. A payment
 * that another call has settled in the meantime stays as that call left it.
 */
export async function settle(
  db: TenantDb,
  id: Id<'pay'>,
  verdict: Verdict,
  now: Date,
  post: PostTransfer,
): Promise<Payment> {
  return inTransaction(db, async (tx) => {
    const payment = await lockPayment(tx, id)
    // Asked of the state and not of the table of transitions: a second answer of risk must not take a payment out of
    // REVIEW, which a person is to decide on.
    if (payment.status !== 'RISK_PENDING') return payment
    const final = verdict.status === 'COMPLETED' ? await execute(tx, payment, verdict, now, post) : verdict
    const move = moveTo(payment, final.status, now, SETTLING_ACTOR)
    if (!move.ok) throw new Error(move.message)
    const settled: Payment = {
      ...payment,
      status: final.status,
      version: move.value.version,
      decision: final.decision,
      failure: final.status === 'FAILED' ? final.failure : null,
      completedAt: final.status === 'COMPLETED' ? now : null,
    }
    await updatePayment(tx, settled, move.value)
    await appendToJournal(tx, paymentEvent(settled, move.value))
    return settled
  })
}

/** Moves the money. The funds were there when the payment was taken on; others may have spent them since. */
async function execute(tx: Tx, payment: Payment, verdict: Verdict, now: Date, post: PostTransfer): Promise<Verdict> {
  const posted = await post(tx, {
    id: payment.transferId,
    sourceId: payment.sourceAccountId,
    destinationId: payment.clearingAccountId,
    amountMinor: payment.amount.minor,
    currency: payment.amount.currency,
    reference: payment.id,
    postedAt: now,
  })
  if (posted.ok) return verdict
  if (posted.code !== 'INSUFFICIENT_FUNDS') throw new Error(`The payment ${payment.id} was not posted: ${posted.code}.`)
  return {
    status: 'FAILED',
    decision: verdict.decision,
    failure: { code: 'INSUFFICIENT_FUNDS', message: posted.message },
  }
}
