import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import type { Payment, PaymentTransition } from '../domain/payment.ts'
import { eventOf } from '../events.ts'

/** How others learn that a payment came into the state of `transition`. */
export const paymentEvent = (payment: Payment, transition: PaymentTransition): NewJournalEvent => ({
  aggregate: { type: 'payment', id: payment.id },
  version: transition.version,
  ...typeAndData(payment, transition.occurredAt),
  actor: transition.actor,
  correlationId: payment.correlationId,
  occurredAt: transition.occurredAt,
})

function typeAndData(payment: Payment, occurredAt: Date) {
  const { status, failure } = payment
  const fields = {
    paymentId: payment.id,
    type: payment.type,
    payerId: payment.payerId,
    sourceAccountId: payment.sourceAccountId,
    billingAccountId: payment.billingAccountId,
    amount: eventMoney(payment.amount),
    at: occurredAt.toISOString(),
  }
  switch (status) {
    case 'RISK_PENDING':
      return eventOf('payment.created', { ...fields, status })
    case 'REVIEW':
      return eventOf('payment.held_for_review', { ...fields, status })
    case 'AUTHORISED':
      return eventOf('payment.authorised', { ...fields, status })
    case 'COMPLETED':
      return eventOf('payment.completed', { ...fields, status })
    case 'FAILED':
      if (failure === null) throw new Error(`The payment ${payment.id} failed without a reason.`)
      return eventOf('payment.failed', { ...fields, status, failureCode: failure.code })
  }
}
