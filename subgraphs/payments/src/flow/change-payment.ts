import { gathered } from '@carriergraph/shared/db/gathered.ts'
import { perTenant } from '@carriergraph/shared/db/per-database.ts'
import type { TenantDb, Tx } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import type { Id } from '@carriergraph/shared/ids.ts'
import { appendToJournal, type NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import { lockFreePayments, lockPayment, type Stored, updatePayments } from '../db/payments.ts'
import { afterRefund } from '../domain/commands.ts'
import { hasMoved, moveTo, type Payment, type PaymentStatus } from '../domain/payment.ts'
import { paymentEvent } from './payment-event.ts'

/** Who takes the steps that nobody asked for by name, as the history of a payment has it. */
export const SETTLING_ACTOR = 'svc:payments'

/** What changes of a payment; without a status its state stays, and there is neither history nor event. */
export type PaymentChange = Partial<
  Pick<
    Payment,
    | 'hold'
    | 'execution'
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
export async function applyChange(tx: Tx, payment: Payment, change: PaymentChange, by: ChangeBy): Promise<Payment> {
  const changed = changedBy(payment, change, by)
  await storeChanges(tx, [changed])
  return changed.payment
}

/** A payment after a change, with what is to be recorded of it; nothing is where its state stays. */
type Changed = Stored & { readonly event: NewJournalEvent | undefined }

function changedBy(
  payment: Payment,
  { status, ...change }: PaymentChange,
  { now, actor, causationId }: ChangeBy,
): Changed {
  if (status === undefined) return { payment: { ...payment, ...change }, transition: undefined, event: undefined }
  const step = moveTo(payment, status, now, actor)
  if (!step.ok) throw new Error(step.message)
  const { version } = step.value
  const completedAt = hasMoved(status) ? (payment.completedAt ?? now) : null
  const moved: Payment = { ...payment, ...change, status, version, completedAt }
  const event = { ...paymentEvent(moved, step.value, payment.status), ...(causationId && { causationId }) }
  return { payment: moved, transition: step.value, event }
}

/** In one round trip: the server works off one statement after the other. */
async function storeChanges(tx: Tx, changes: readonly Changed[]): Promise<void> {
  const events = changes.flatMap(({ event }) => (event === undefined ? [] : [event]))
  await Promise.all([updatePayments(tx, changes), appendToJournal(tx, events)])
}

/** A step of one payment; undefined from `changeOf` where another call has taken it in the meantime. */
type StepToTake = {
  readonly id: Id<'pay'>
  readonly now: Date
  readonly changeOf: (payment: Payment) => PaymentChange | undefined
}

/** Rows that are locked at once; far more than callers wait at a time. */
const STEPS_MAX = 200

const stepsOf = perTenant((db) =>
  gathered<StepToTake, Payment>({
    max: STEPS_MAX,
    keyOf: ({ id }) => id,
    alone: (step) =>
      inTransaction(db, async (tx) => {
        const payment = await lockPayment(tx, step.id)
        const changed = changedIn(step, payment)
        if (changed === undefined) return payment
        await storeChanges(tx, [changed])
        return changed.payment
      }),
    together: (steps) =>
      inTransaction(db, async (tx) => {
        const free = new Map(
          (
            await lockFreePayments(
              tx,
              steps.map(({ id }) => id),
            )
          ).map((one) => [one.id, one]),
        )
        const changes: Changed[] = []
        const taken = new Map<string, Payment>()
        for (const step of steps) {
          const payment = free.get(step.id)
          if (payment === undefined) continue
          const changed = changedIn(step, payment)
          if (changed !== undefined) changes.push(changed)
          taken.set(step.id, changed?.payment ?? payment)
        }
        if (changes.length > 0) await storeChanges(tx, changes)
        return taken
      }),
  }),
)

function changedIn({ now, changeOf }: StepToTake, payment: Payment): Changed | undefined {
  const change = changeOf(payment)
  return change && changedBy(payment, change, { now, actor: SETTLING_ACTOR })
}

/** A payment by its id, with the payment that it gives back where it is a refund. */
export type PaymentRef = Pick<Payment, 'id' | 'originalId'>

/** What else belongs to the end of a payment that has completed or failed, in its transaction. */
export type OnEnd = (tx: Tx, payment: Payment, now: Date) => Promise<void>

/**
 * Takes a step of a payment, in one transaction. Undefined from `changeOf`: another call has taken it in the meantime, and
 * the payment stays as that call left it. Steps of many payments at once share transactions, unless another row belongs to
 * them: that of what a refund gives back, or what ends with it.
 */
export const takeStep = (
  db: TenantDb,
  ref: PaymentRef,
  now: Date,
  changeOf: (payment: Payment) => PaymentChange | undefined,
  onEnd?: OnEnd | undefined,
): Promise<Payment> =>
  ref.originalId === null && onEnd === undefined
    ? stepsOf(db)({ id: ref.id, now, changeOf })
    : inTransaction(db, (tx) => stepWithin(tx, ref, now, changeOf, onEnd))

/**
 * The same in a transaction of others. The end of a refund is one with what it makes of its original, whose row is locked
 * first, as where the refund was taken on.
 */
export async function stepWithin(
  tx: Tx,
  { id, originalId }: PaymentRef,
  now: Date,
  changeOf: (payment: Payment) => PaymentChange | undefined,
  onEnd?: OnEnd | undefined,
): Promise<Payment> {
  const by = { now, actor: SETTLING_ACTOR }
  const original = originalId === null ? undefined : await lockPayment(tx, originalId)
  const payment = await lockPayment(tx, id)
  const change = changeOf(payment)
  if (change === undefined) return payment
  const { status } = change
  if (original !== undefined && status !== undefined && ENDS.includes(status))
    await applyChange(tx, original, afterRefund(original, payment.amount, status === 'COMPLETED'), by)
  const changed = await applyChange(tx, payment, change, by)
  if (status === 'COMPLETED' || status === 'FAILED') await onEnd?.(tx, changed, now)
  return changed
}

/** The states in which a refund ends. */
const ENDS: readonly PaymentStatus[] = ['COMPLETED', 'FAILED', 'CANCELLED']
