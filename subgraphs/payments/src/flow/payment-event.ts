import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import { movedAmount, type Payment, type PaymentStatus, type PaymentTransition } from '../domain/payment.ts'
import { eventOf } from '../events.ts'

/** How others learn that a payment came into the state of `transition`, out of `from`, or out of nothing. */
export const paymentEvent = (
  payment: Payment,
  transition: PaymentTransition,
  from: PaymentStatus | null,
): NewJournalEvent => ({
  aggregate: { type: 'payment', id: payment.id },
  version: transition.version,
  ...typeAndData(payment, transition.occurredAt, from),
  actor: transition.actor,
  correlationId: payment.correlationId,
  occurredAt: transition.occurredAt,
})

function typeAndData(payment: Payment, occurredAt: Date, from: PaymentStatus | null) {
  const { status } = payment
  const fields = fieldsOf(payment, occurredAt)
  // Not as completed once more: others make an effect of that.
  if (from === 'DISPUTED' && (status === 'COMPLETED' || status === 'PARTIALLY_REFUNDED'))
    return eventOf('payment.dispute_won', { ...fields, status })
  if (from === null && (status === 'CREATED' || status === 'RISK_PENDING' || status === 'AUTHORISED'))
    return eventOf('payment.created', { ...fields, status })
  switch (status) {
    case 'CREATED':
      throw new Error(`The payment ${payment.id} came back to where it began.`)
    case 'RISK_PENDING':
      return eventOf('payment.confirmed', { ...fields, status })
    case 'REVIEW':
      return eventOf('payment.held_for_review', { ...fields, status })
    case 'AUTHORISED':
      return eventOf('payment.authorised', { ...fields, status })
    case 'PROCESSING':
      return eventOf('payment.processing', { ...fields, status })
    case 'COMPLETED':
      return eventOf('payment.completed', { ...fields, status })
    case 'CANCELLED':
      return eventOf('payment.cancelled', { ...fields, status })
    case 'DISPUTED':
      return eventOf('payment.disputed', { ...fields, status })
    case 'PARTIALLY_REFUNDED':
    case 'REFUNDED':
      return eventOf('payment.refunded', { ...fields, status, refundedAmount: refundedAmount(payment) })
    case 'FAILED':
      return eventOf('payment.failed', { ...fields, status, failureCode: failureCode(payment) })
  }
}

const fieldsOf = (payment: Payment, occurredAt: Date) => ({
  paymentId: payment.id,
  type: payment.type,
  method: payment.method,
  payerId: payment.payerId,
  sourceAccountId: payment.sourceAccountId,
  destinationAccountId: payment.destinationAccountId,
  billingAccountId: payment.billingAccountId,
  originalId: payment.originalId,
  amount: eventMoney(movedAmount(payment)),
  at: occurredAt.toISOString(),
})

const refundedAmount = ({ refundedMinor, amount }: Payment) =>
  eventMoney({ minor: refundedMinor, currency: amount.currency })

function failureCode({ id, failure }: Payment) {
  if (failure === null) throw new Error(`The payment ${id} failed without a reason.`)
  return failure.code
}
