import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { and, eq } from 'drizzle-orm'
import type { Payment, PaymentTransition } from '../domain/payment.ts'
import { type PaymentRow, payment } from './tables/payment.ts'
import { type PaymentTransitionRow, paymentTransition } from './tables/payment-transition.ts'

/** Stores a new payment with the state that it begins in. */
export async function insertPayment(tx: Tx, taken: Payment, transition: PaymentTransition): Promise<void> {
  const { amount, decision, failure, dispute, ...rest } = taken
  await tx.insert(payment).values({
    ...rest,
    amountMinor: amount.minor,
    currency: amount.currency,
    decisionSource: decision?.source,
    decisionExplanation: decision?.explanation,
    failureCode: failure?.code,
    failureMessage: failure?.message,
    disputeReason: dispute?.reason,
    disputeOutcome: dispute?.outcome,
  })
  await tx.insert(paymentTransition).values({ paymentId: taken.id, ...transition })
}

/** Stores what changed of a payment, whose row the caller holds locked; with a transition, where its state did. */
export async function updatePayment(tx: Tx, moved: Payment, transition: PaymentTransition | undefined): Promise<void> {
  await tx
    .update(payment)
    .set({
      status: moved.status,
      version: moved.version,
      hold: moved.hold,
      authorisedUntil: moved.authorisedUntil,
      capturedMinor: moved.capturedMinor,
      refundClaimedMinor: moved.refundClaimedMinor,
      refundedMinor: moved.refundedMinor,
      decisionSource: moved.decision?.source,
      decisionExplanation: moved.decision?.explanation,
      failureCode: moved.failure?.code,
      failureMessage: moved.failure?.message,
      disputeReason: moved.dispute?.reason,
      disputeOutcome: moved.dispute === null ? undefined : moved.dispute.outcome,
      completedAt: moved.completedAt,
    })
    .where(eq(payment.id, moved.id))
  if (transition !== undefined) await tx.insert(paymentTransition).values({ paymentId: moved.id, ...transition })
}

/** The payment as it stands, which stays so until the transaction ends. */
export async function lockPayment(tx: Tx, id: Id<'pay'>): Promise<Payment> {
  return (await lockPaymentIfAny(tx, id)) ?? gone(id)
}

/** Like `lockPayment`, for an id that came from outside. */
export async function lockPaymentIfAny(tx: Tx, id: Id<'pay'>): Promise<Payment | undefined> {
  const [row] = await tx.select().from(payment).where(eq(payment.id, id)).for('no key update')
  return row && toPayment(row)
}

/** The refund of a payment that is on its way; the caller holds the payment locked. */
export async function findRefundUnderWay(tx: Tx, originalId: Id<'pay'>): Promise<Payment | undefined> {
  const [row] = await tx
    .select()
    .from(payment)
    .where(and(eq(payment.originalId, originalId), eq(payment.status, 'AUTHORISED')))
    .orderBy(payment.id)
    .limit(1)
  return row && toPayment(row)
}

const paymentsByIds = preparedFor((db) =>
  db.select().from(payment).where(amongIds(payment.id)).prepare('payments by id'),
)

/** Those that exist, in any order. */
export async function findPayments(db: Db, ids: readonly Id<'pay'>[]): Promise<Payment[]> {
  const rows = await paymentsByIds(db).execute({ ids: ids.map(toUuid) })
  return rows.map(toPayment)
}

const transitionsByPayments = preparedFor((db) =>
  db
    .select()
    .from(paymentTransition)
    .where(amongIds(paymentTransition.paymentId))
    .orderBy(paymentTransition.paymentId, paymentTransition.version)
    .prepare('transitions by payment'),
)

/** Every state of these payments, those of one in the order in which it was in them. */
export const findTransitions = (db: Db, ids: readonly Id<'pay'>[]): Promise<PaymentTransitionRow[]> =>
  transitionsByPayments(db).execute({ ids: ids.map(toUuid) })

export async function findPayment(db: Db, id: Id<'pay'>): Promise<Payment> {
  const [found] = await findPayments(db, [id])
  return found ?? gone(id)
}

/** A payment whose id came from a row of our own cannot be missing: payments are never removed. */
function gone(id: Id<'pay'>): never {
  throw new Error(`The payment ${id} is gone.`)
}

export function toPayment(row: PaymentRow): Payment {
  const { decisionSource, decisionExplanation, failureCode, failureMessage, disputeReason, disputeOutcome } = row
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    version: row.version,
    amount: money(row.amountMinor, row.currency),
    payerId: row.payerId,
    sourceAccountId: row.sourceAccountId,
    destinationAccountId: row.destinationAccountId,
    billingAccountId: row.billingAccountId,
    originalId: row.originalId,
    transferId: row.transferId,
    capture: row.capture,
    hold: row.hold,
    authorisedUntil: row.authorisedUntil,
    capturedMinor: row.capturedMinor,
    refundClaimedMinor: row.refundClaimedMinor,
    refundedMinor: row.refundedMinor,
    dispute: disputeReason === null ? null : { reason: disputeReason, outcome: disputeOutcome },
    correlationId: row.correlationId,
    decision:
      decisionSource && decisionExplanation ? { source: decisionSource, explanation: decisionExplanation } : null,
    failure: failureCode ? { code: failureCode, message: failureMessage ?? '' } : null,
    createdAt: row.createdAt,
    completedAt: row.completedAt,
  }
}
