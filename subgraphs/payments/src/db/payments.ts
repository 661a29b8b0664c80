import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { eq } from 'drizzle-orm'
import type { Payment, PaymentTransition } from '../domain/payment.ts'
import { type PaymentRow, payment } from './tables/payment.ts'
import { type PaymentTransitionRow, paymentTransition } from './tables/payment-transition.ts'

/** Stores a new payment with the state that it begins in. */
export async function insertPayment(tx: Tx, taken: Payment, transition: PaymentTransition): Promise<void> {
  const { amount, decision, failure, ...rest } = taken
  await tx.insert(payment).values({
    ...rest,
    amountMinor: amount.minor,
    currency: amount.currency,
    decisionSource: decision?.source,
    decisionExplanation: decision?.explanation,
    failureCode: failure?.code,
    failureMessage: failure?.message,
  })
  await tx.insert(paymentTransition).values({ paymentId: taken.id, ...transition })
}

/** Stores a payment that moved into another state, whose row the caller holds locked. */
export async function updatePayment(tx: Tx, moved: Payment, transition: PaymentTransition): Promise<void> {
  await tx
    .update(payment)
    .set({
      status: moved.status,
      version: moved.version,
      decisionSource: moved.decision?.source,
      decisionExplanation: moved.decision?.explanation,
      failureCode: moved.failure?.code,
      failureMessage: moved.failure?.message,
      completedAt: moved.completedAt,
    })
    .where(eq(payment.id, moved.id))
  await tx.insert(paymentTransition).values({ paymentId: moved.id, ...transition })
}

/** The payment as it stands, which stays so until the transaction ends. */
export async function lockPayment(tx: Tx, id: Id<'pay'>): Promise<Payment> {
  const [row] = await tx.select().from(payment).where(eq(payment.id, id)).for('no key update')
  return toPayment(existing(row, id))
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
  const [row] = await db.select().from(payment).where(eq(payment.id, id))
  return toPayment(existing(row, id))
}

/** A payment whose id came from a row of our own cannot be missing: payments are never removed. */
function existing(row: PaymentRow | undefined, id: Id<'pay'>): PaymentRow {
  if (row === undefined) throw new Error(`The payment ${id} is gone.`)
  return row
}

export function toPayment(row: PaymentRow): Payment {
  const { decisionSource, decisionExplanation, failureCode, failureMessage } = row
  return {
    id: row.id,
    type: row.type,
    status: row.status,
    version: row.version,
    amount: money(row.amountMinor, row.currency),
    payerId: row.payerId,
    sourceAccountId: row.sourceAccountId,
    clearingAccountId: row.clearingAccountId,
    billingAccountId: row.billingAccountId,
    transferId: row.transferId,
    correlationId: row.correlationId,
    decision:
      decisionSource && decisionExplanation ? { source: decisionSource, explanation: decisionExplanation } : null,
    failure: failureCode ? { code: failureCode, message: failureMessage ?? '' } : null,
    createdAt: row.createdAt,
    completedAt: row.completedAt,
  }
}
