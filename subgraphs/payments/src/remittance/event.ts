import { eventMoney } from '@carriergraph/shared/bus/event-fields.ts'
import type { NewJournalEvent } from '@carriergraph/shared/journal/append.ts'
import { eventOf } from '../events.ts'
import type { Remittance, RemittanceTransition } from './remittance.ts'

/** How others learn that a remittance came into the state of `transition`. Who gets it, and on which account, it does not say. */
export const remittanceEvent = (
  remittance: Remittance,
  { version, occurredAt, actor }: RemittanceTransition,
): NewJournalEvent => ({
  aggregate: { type: 'remittance', id: remittance.id },
  version,
  ...typeAndData(remittance, occurredAt),
  actor,
  correlationId: remittance.correlationId,
  occurredAt,
})

function typeAndData(remittance: Remittance, occurredAt: Date) {
  const { status } = remittance
  const fields = fieldsOf(remittance, occurredAt)
  switch (status) {
    case 'SCREENING':
      return eventOf('remittance.created', { ...fields, status })
    case 'REVIEW':
      return eventOf('remittance.held_for_review', { ...fields, status })
    case 'APPROVED':
      return eventOf('remittance.approved', { ...fields, status })
    case 'DEBITED':
      return eventOf('remittance.debited', { ...fields, status })
    case 'SENDING':
      return eventOf('remittance.sending', { ...fields, status })
    case 'SETTLING':
      return eventOf('remittance.settling', { ...fields, status })
    case 'COMPLETED':
      return eventOf('remittance.completed', { ...fields, status })
    case 'REFUNDING':
      return eventOf('remittance.refunding', { ...fields, status, failureCode: failureCode(remittance) })
    case 'REFUNDED':
      return eventOf('remittance.refunded', { ...fields, status, failureCode: failureCode(remittance) })
    case 'FAILED':
      return eventOf('remittance.failed', { ...fields, status, failureCode: failureCode(remittance) })
    case 'CANCELLED':
      return eventOf('remittance.cancelled', { ...fields, status })
  }
}

const fieldsOf = (remittance: Remittance, occurredAt: Date) => ({
  remittanceId: remittance.id,
  senderId: remittance.senderId,
  sourceAccountId: remittance.sourceAccountId,
  quoteId: remittance.quoteId,
  debited: eventMoney({ minor: remittance.debitedMinor, currency: remittance.sourceCurrency }),
  delivered: eventMoney({ minor: remittance.deliveredMinor, currency: remittance.targetCurrency }),
  usdEquivalent: eventMoney({ minor: remittance.usdMinor, currency: 'USD' }),
  beneficiaryCountry: remittance.beneficiary.country,
  purpose: remittance.purpose,
  at: occurredAt.toISOString(),
})

function failureCode({ id, failure }: Remittance) {
  if (failure === null) throw new Error(`The remittance ${id} failed without a reason.`)
  return failure.code
}
