import { amongIds } from '@carriergraph/shared/db/among-ids.ts'
import type { Db, Tx } from '@carriergraph/shared/db/pools.ts'
import { preparedFor } from '@carriergraph/shared/db/prepared.ts'
import { insertionOf, recordsetOf } from '@carriergraph/shared/db/recordset.ts'
import { type Id, toUuid } from '@carriergraph/shared/ids.ts'
import { money } from '@carriergraph/shared/money/money.ts'
import { placeholderFor } from '@carriergraph/shared/placeholder.ts'
import { and, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Payment, PaymentTransition } from '../domain/payment.ts'
import { type PaymentRow, payment } from './tables/payment.ts'
import { type PaymentTransitionRow, paymentTransition } from './tables/payment-transition.ts'

/** A payment as it is to be stored, and the state that it came into; undefined where its state stays. */
export type Stored<Transition = PaymentTransition | undefined> = {
  readonly payment: Payment
  readonly transition: Transition
}

const CHANGING = [
  'status',
  'version',
  'hold',
  'execution',
  'authorisedUntil',
  'capturedMinor',
  'refundClaimedMinor',
  'refundedMinor',
  'disputeReason',
  'disputeOutcome',
  'decisionSource',
  'decisionExplanation',
  'failureCode',
  'failureMessage',
  'completedAt',
] as const

const insertPaymentRows = insertionOf(payment, [
  'id',
  ...CHANGING,
  'type',
  'method',
  'payerId',
  'sourceAccountId',
  'destinationAccountId',
  'billingAccountId',
  'originalId',
  'amountMinor',
  'currency',
  'transferId',
  'capture',
  'correlationId',
  'createdAt',
])

const insertTransitions = insertionOf(paymentTransition, ['paymentId', 'version', 'status', 'occurredAt', 'actor'])

const changed = recordsetOf(payment, ['id', ...CHANGING])
const CHANGES = sql.raw(CHANGING.map((key) => `"${payment[key].name}" = given."${payment[key].name}"`).join(', '))

/** Stores new payments with the states that they begin in. */
export async function insertPayments(tx: Tx, taken: readonly Stored<PaymentTransition>[]): Promise<void> {
  const rows = taken.map(({ payment }) => toRow(payment))
  await Promise.all([insertPaymentRows(tx, rows), insertTransitions(tx, taken.map(toTransitionRow))])
}

/** Stores what changed of payments, whose rows the caller holds locked; with their transitions, where their state did. */
export async function updatePayments(tx: Tx, moved: readonly Stored[]): Promise<void> {
  const rows = changed.from(moved.map(({ payment }) => toRow(payment)))
  const moves = moved.filter((one): one is Stored<PaymentTransition> => one.transition !== undefined)
  await Promise.all([
    tx.execute(sql`update ${payment} set ${CHANGES} from ${rows} where ${payment.id} = given.id`),
    ...(moves.length === 0 ? [] : [insertTransitions(tx, moves.map(toTransitionRow))]),
  ])
}

const toTransitionRow = ({ payment, transition }: Stored<PaymentTransition>) => ({
  paymentId: payment.id,
  ...transition,
})

function toRow({ amount, decision, failure, dispute, ...rest }: Payment) {
  return {
    ...rest,
    amountMinor: amount.minor,
    currency: amount.currency,
    decisionSource: decision?.source ?? null,
    decisionExplanation: decision?.explanation ?? null,
    failureCode: failure?.code ?? null,
    failureMessage: failure?.message ?? null,
    disputeReason: dispute?.reason ?? null,
    disputeOutcome: dispute?.outcome ?? null,
  }
}

/** The payment as it stands, which stays so until the transaction ends. */
export async function lockPayment(tx: Tx, id: Id<'pay'>): Promise<Payment> {
  return (await lockPaymentIfAny(tx, id)) ?? gone(id)
}

const lockedPayment = preparedFor((db) =>
  db
    .select()
    .from(payment)
    .where(eq(payment.id, placeholderFor(payment.id, 'id')))
    .for('no key update')
    .prepare('payment, locked'),
)

/** Like `lockPayment`, for an id that came from outside. */
export async function lockPaymentIfAny(tx: Tx, id: Id<'pay'>): Promise<Payment | undefined> {
  const [row] = await lockedPayment(tx).execute({ id })
  return row && toPayment(row)
}

const freePayments = preparedFor((db) =>
  db
    .select()
    .from(payment)
    .where(amongIds(payment.id))
    .orderBy(payment.id)
    .for('no key update', { skipLocked: true })
    .prepare('payments that are free, locked'),
)

/** Those of the payments that nobody else holds locked, which then stay as they stand until the transaction ends. */
export async function lockFreePayments(tx: Tx, ids: readonly Id<'pay'>[]): Promise<Payment[]> {
  const rows = await freePayments(tx).execute({ ids: ids.map(toUuid) })
  return rows.map(toPayment)
}

const isUnderWay = inArray(payment.status, ['AUTHORISED', 'PROCESSING'])

/** The refunds of a payment that are on their way, also where that is a rail, oldest first. */
export const findRefundsUnderWay = (db: Db, originalId: Id<'pay'>): Promise<Payment[]> =>
  findRefunds(db, originalId, isUnderWay)

/** Those for which something is left to be done: those under way, and those that hold their amount in vain; oldest first. */
export const findRefundsToEnd = (db: Db, originalId: Id<'pay'>): Promise<Payment[]> =>
  findRefunds(db, originalId, or(isUnderWay, eq(payment.hold, 'RELEASING')))

async function findRefunds(db: Db, originalId: Id<'pay'>, which: SQL | undefined): Promise<Payment[]> {
  const rows = await db
    .select()
    .from(payment)
    .where(and(eq(payment.originalId, originalId), which))
    .orderBy(payment.id)
  return rows.map(toPayment)
}

/**
 * The refunds that follow what has come back of a payment over its rail, also those that the ledger refused; without those
 * that made good for one that was refused, which go by another account than the payment's wallet.
 */
export async function findReturnRefunds(db: Db, original: Payment): Promise<Payment[]> {
  const rows = await db
    .select()
    .from(payment)
    .where(
      and(
        eq(payment.originalId, original.id),
        isNull(payment.execution),
        eq(payment.sourceAccountId, original.destinationAccountId),
        eq(payment.destinationAccountId, original.sourceAccountId),
      ),
    )
  return rows.map(toPayment)
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
    method: row.method,
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
    execution: row.execution,
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
