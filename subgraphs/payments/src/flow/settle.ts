import type { Clock } from '@carriergraph/shared/clock.ts'
import type { TenantDb } from '@carriergraph/shared/db/pools.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import type { Ledger, Posting } from '@carriergraph/shared/ledger/ledger.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import { authorisationOf } from '../domain/authorise.ts'
import { LEDGER_FAILURES, type PaymentFailure, type Verdict } from '../domain/decide.ts'
import type { Payment } from '../domain/payment.ts'
import { type OnEnd, type PaymentChange, type PaymentRef, takeStep } from './change-payment.ts'
import { waitsForOperator } from './suspense.ts'

/** What steps that go to the ledger need. */
export type StepParts = {
  readonly clock: Clock
  readonly ledger: Pick<Ledger, 'post'>
  /** Of what goes over a rail, and of refunds. */
  readonly onEnd: OnEnd | undefined
}

/**
 * What was decided on a payment, in one transaction with its history and its event. A payment that another call has
 * decided on in the meantime stays as that call left it.
 */
export const authorise = (db: TenantDb, ref: PaymentRef, verdict: Verdict, now: Date): Promise<Payment> =>
  // Asked of the state and not of the table of transitions: a second answer of risk must not take a payment out of
  // REVIEW, which a person is to decide on.
  takeStep(db, ref, now, (payment) => (payment.status === 'RISK_PENDING' ? changeBy(payment, verdict, now) : undefined))

/** What a verdict makes of a payment. */
export const changeBy = (payment: Payment, verdict: Verdict, now: Date): PaymentChange =>
  verdict.status === 'AUTHORISED' ? { ...verdict, ...authorisationOf(payment, now) } : verdict

/**
 * The money of an AUTHORISED payment that needs no capture, and then what came of it. Two transactions: the transfer goes
 * with those of others, which must not wait for this payment's row. Its id is the payment's own, so that whoever does this
 * again, after a kill between the two or at the same time, gets the same answer and records the same.
 */
export async function execute(books: Books, payment: Payment, { clock, ledger, onEnd }: StepParts): Promise<Payment> {
  if (await waitsForOperator(books, payment)) return payment
  const { id, sourceAccountId, destinationAccountId, transferId, amount } = payment
  const posting = await ledger.post({
    kind: 'SINGLE',
    id: transferId,
    debitAccountId: sourceAccountId,
    creditAccountId: destinationAccountId,
    amountMinor: amount.minor,
    currency: amount.currency,
    reference: id,
  })
  const failure = failureOf(id, posting)
  const changeOf = ({ status }: Payment) => (status === 'AUTHORISED' ? ended(failure) : undefined)
  return takeStep(books.db, payment, clock(), changeOf, onEnd)
}

const ended = (failure: PaymentFailure | null): PaymentChange =>
  failure === null ? { status: 'COMPLETED' } : { status: 'FAILED', failure }

/**
 * Why the ledger did not do what a payment needs. The funds were there when it was taken on; others may have spent them.
 * @throws Error for a refusal that only a fault of ours can cause
 */
export function failureOf(id: Id<'pay'>, posting: Posting): PaymentFailure | null {
  if (posting.ok) return null
  const { code } = posting
  if (isLedgerFailure(code)) return ledgerFailure(code)
  throw new Error(`The payment ${id} was not posted: ${code}.`)
}

export const ledgerFailure = (code: keyof typeof LEDGER_FAILURES): PaymentFailure => ({
  code,
  message: LEDGER_FAILURES[code],
})

const isLedgerFailure = (code: string): code is keyof typeof LEDGER_FAILURES => Object.hasOwn(LEDGER_FAILURES, code)
