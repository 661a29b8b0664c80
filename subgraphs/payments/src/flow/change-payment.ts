import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import { lockPayment, updatePayment } from '../db/payments.ts'
import { hasMoved, moveTo, type Payment, type PaymentStatus } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'

/** Who takes the steps that nobody asked for by name, as the history of a payment has it. */
export const SETTLING_ACTOR = 'svc:payments'

/** What changes of a payment; without a status its state stays, and there is neither history nor event. */
export type PaymentChange = Partial<
  Pick<
    Payment,
    | 'hold'
    | 'authorisedUntil'
    | 'capturedMinor'
    | 'refundClaimedMinor'
    | 'refundedMinor'
    | 'dispute'
    | 'decision'
    | 'failure'
  >
> & { readonly status?: PaymentStatus | undefined }

export type ChangeBy = {
  readonly now: Date
  readonly actor: string
  /** The event that made it happen. */
  readonly causationId?: Id<'evt'>
}

/**
 * Changes a payment whose row the caller holds locked, with its history and its event.
 * @throws Error for a move that is not legal: whoever may ask for one is refused before
 */
export async function applyChange(
  tx: Tx,
  payment: Payment,
  { status, ...change }: PaymentChange,
  { now, actor, causationId }: ChangeBy,
): Promise<Payment> {
  if (status === undefined) {
    const changed = { ...payment, ...change }
    await updatePayment(tx, changed, undefined)
    return changed
  }
  const step = moveTo(payment, status, now, actor)
  if (!step.ok) throw new Error(step.message)
  const { version } = step.value
  const completedAt = hasMoved(status) ? (payment.completedAt ?? now) : null
  const moved: Payment = { ...payment, ...change, status, version, completedAt }
  await updatePayment(tx, moved, step.value)
  await appendToJournal(tx, { ...paymentEvent(moved, step.value, payment.status), ...(causationId && { causationId }) })
  return moved
}

/**
 * Takes a step of a payment, in one transaction. Undefined from `changeOf`: another call has taken it in the meantime, and
 * the payment stays as that call left it.
 */
export const takeStep = (
  db: TenantDb,
  id: Id<'pay'>,
  now: Date,
  changeOf: (payment: Payment) => PaymentChange | undefined,
): Promise<Payment> =>
  inTransaction(db, async (tx) => {
    const payment = await lockPayment(tx, id)
    const change = changeOf(payment)
    return change === undefined ? payment : applyChange(tx, payment, change, { now, actor: SETTLING_ACTOR })
  })
