import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { lockPayment, updatePayment } from '../db/payments.ts'
import { LEDGER_FAILURES, type PaymentDecision, type PaymentFailure, type Verdict } from '../domain/decide.ts'
import { moveTo, type Payment, type PaymentStatus } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'
import type { PostTransfer } from './post-transfer.ts'

/** Who decides and posts, as the history of a payment names it. */
export const SETTLING_ACTOR = 'svc:payments'

/** What a payment becomes, beside what it stays. */
type Outcome = {
  readonly status: PaymentStatus
  readonly decision: PaymentDecision | null
  readonly failure: PaymentFailure | null
}

/**
 * What was decided on a payment, in one transaction with its history and its event. A payment that another call has
 * decided on in the meantime stays as that call left it.
 */
export const authorise = (db: TenantDb, id: Id<'pay'>, verdict: Verdict, now: Date): Promise<Payment> =>
  // Asked of the state and not of the table of transitions: a second answer of risk must not take a payment out of
  // REVIEW, which a person is to decide on.
  move(db, id, 'RISK_PENDING', now, () => ({
    failure: null,
    ...verdict,
  }))

/**
 * The money of an AUTHORISED payment, and then what came of it. Two transactions: the transfer goes with those of others,
 * which must not wait for this payment's row. Its id is the payment's own, so that whoever does this again, after a kill
 * between the two or at the same time, gets the same answer and records the same.
 */
export async function execute(
  books: Books,
  { id, sourceAccountId, clearingAccountId, transferId, amount }: Payment,
  clock: () => Date,
  post: PostTransfer,
): Promise<Payment> {
  const posting = await post(books, {
    kind: 'SINGLE',
    id: transferId,
    debitAccountId: sourceAccountId,
    creditAccountId: clearingAccountId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference: id,
  })
  const failure = failureOf(id, posting)
  return move(books.db, id, 'AUTHORISED', clock(), ({ decision }) => ({
    status: failure === null ? 'COMPLETED' : 'FAILED',
    decision,
    failure,
  }))
}

/** The funds were there when the payment was taken on; others may have spent them since. */
function failureOf(id: Id<'pay'>, posting: Posting): PaymentFailure | null {
  if (posting.ok) return null
  const { code } = posting
  if (code in LEDGER_FAILURES) {
    const known = code as keyof typeof LEDGER_FAILURES
    return { code: known, message: LEDGER_FAILURES[known] }
  }
  throw new Error(`The payment ${id} was not posted: ${code}.`)
}

/** Moves a payment out of a state, if it is in it. */
async function move(
  db: TenantDb,
  id: Id<'pay'>,
  from: PaymentStatus,
  now: Date,
  outcomeOf: (payment: Payment) => Outcome,
): Promise<Payment> {
  return inTransaction(db, async (tx) => {
    const payment = await lockPayment(tx, id)
    if (payment.status !== from) return payment
    const outcome = outcomeOf(payment)
    const step = moveTo(payment, outcome.status, now, SETTLING_ACTOR)
    if (!step.ok) throw new Error(step.message)
    const moved: Payment = {
      ...payment,
      ...outcome,
      version: step.value.version,
      completedAt: outcome.status === 'COMPLETED' ? now : null,
    }
    await updatePayment(tx, moved, step.value)
    await appendToJournal(tx, paymentEvent(moved, step.value))
    return moved
  })
}
