import { formatAmount, type Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { Dispute, DisputeOutcome, HoldState, Payment, PaymentStatus } from './payment.ts'
import { hasMoved, movedAmount } from './payment.ts'

/** What a command changes in a payment; undefined where it was done before, so that asking again answers the same. */
export type Change =
  | {
      readonly status: PaymentStatus
      readonly hold?: HoldState | null
      readonly capturedMinor?: bigint | null
      readonly dispute?: Dispute
    }
  | undefined

export type CommandCode =
  | 'ILLEGAL_TRANSITION'
  | 'CURRENCY_MISMATCH'
  | 'CAPTURE_EXCEEDS_AMOUNT'
  | 'ACCOUNT_FROZEN'
  | 'AUTHORISATION_EXPIRED'
  | 'OPERATOR_REQUIRED'
  | 'REFUND_UNDER_WAY'
  | 'CANCEL_TOO_LATE'

const illegal = ({ status }: Payment, what: string): Refused<'ILLEGAL_TRANSITION'> =>
  refuse('ILLEGAL_TRANSITION', `A payment that is ${status} cannot be ${what}.`, ['paymentId'])

/** A payment that waited for it goes to risk. One that was confirmed before, or never had to be, stays as it is. */
export function confirm(payment: Payment): Outcome<Change, CommandCode> {
  if (payment.status === 'CREATED') return ok({ status: 'RISK_PENDING' })
  return payment.status === 'CANCELLED' ? illegal(payment, 'confirmed') : ok(undefined)
}

/** Takes what is held, or the given part of it: the rest goes free. */
export function capture(payment: Payment, amount: Money | undefined): Outcome<Change, CommandCode> {
  const whole = payment.amount
  if (amount !== undefined && amount.currency !== whole.currency)
    return refuse('CURRENCY_MISMATCH', `The payment is in ${whole.currency}.`, ['amount', 'currency'])
  if (payment.capture !== 'MANUAL') return illegal(payment, 'captured: it needs no capture')
  const wanted = amount ?? whole
  if (wanted.minor > whole.minor)
    return refuse('CAPTURE_EXCEEDS_AMOUNT', `Only ${formatAmount(whole)} ${whole.currency} are held.`, ['amount'])
  if (payment.status === 'AUTHORISED' && payment.hold === 'PLACED')
    return ok({ status: 'PROCESSING', capturedMinor: wanted.minor })
  // Whoever captures has to know that it was too late, and not that somebody had declined it.
  if (payment.failure?.code === 'AUTHORISATION_EXPIRED')
    return refuse('AUTHORISATION_EXPIRED', payment.failure.message, ['paymentId'])
  const isCaptured = payment.status === 'PROCESSING' || hasMoved(payment.status)
  return isCaptured && movedAmount(payment).minor === wanted.minor ? ok(undefined) : illegal(payment, 'captured')
}

/**
 * Ends a payment of which no money has moved. Once it is authorised, whoever is to be paid counts on what is held, so the
 * payer alone cannot end it any more.
 */
export function cancel(payment: Payment, { actsForOthers }: { actsForOthers: boolean }): Outcome<Change, CommandCode> {
  switch (payment.status) {
    case 'CANCELLED':
      return ok(undefined)
    case 'CREATED':
    case 'RISK_PENDING':
    case 'REVIEW':
      return ok({ status: 'CANCELLED' })
    case 'AUTHORISED':
      if (payment.hold !== 'PLACED') return illegal(payment, 'cancelled')
      if (!actsForOthers)
        return refuse('OPERATOR_REQUIRED', 'An authorised payment is cancelled by the operator alone.', ['paymentId'])
      return ok({ status: 'CANCELLED', hold: 'RELEASING' })
    default:
      return illegal(payment, 'cancelled')
  }
}

/** Opens a dispute about a payment whose money has moved. No refund of it may be on its way, which could end it. */
export function dispute(payment: Payment, reason: string): Outcome<Change, CommandCode> {
  if (payment.status === 'DISPUTED') return ok(undefined)
  if (payment.type === 'REFUND') return refuse('ILLEGAL_TRANSITION', 'A refund cannot be disputed.', ['paymentId'])
  if (payment.type === 'WITHDRAWAL')
    return refuse('ILLEGAL_TRANSITION', 'A withdrawal cannot be disputed: its payer has the money.', ['paymentId'])
  if (payment.status !== 'COMPLETED' && payment.status !== 'PARTIALLY_REFUNDED') return illegal(payment, 'disputed')
  if (isBeingRefunded(payment)) return refundUnderWay()
  return ok({ status: 'DISPUTED', dispute: { reason, outcome: null } })
}

const isBeingRefunded = ({ refundClaimedMinor, refundedMinor }: Payment): boolean =>
  refundClaimedMinor !== refundedMinor

const refundUnderWay = () =>
  refuse('REFUND_UNDER_WAY', 'A refund of the payment is on its way; try again when it has ended.', ['paymentId'])

/** Whether a dispute that is to end so is still open. False: it has ended so already. */
export function endsDispute(payment: Payment, outcome: DisputeOutcome): Outcome<boolean, CommandCode> {
  if (payment.dispute?.outcome === outcome && payment.status !== 'DISPUTED') return ok(false)
  return payment.status === 'DISPUTED' ? ok(true) : illegal(payment, 'taken out of a dispute')
}

/** A payment whose dispute was won is what it was before. Nobody has begun to lose it, which ends with a refund. */
export function winDispute(payment: Payment): Outcome<Change, CommandCode> {
  const isOpen = endsDispute(payment, 'WON')
  if (!isOpen.ok) return isOpen
  if (!isOpen.value || payment.dispute === null) return ok(undefined)
  if (isBeingRefunded(payment)) return refundUnderWay()
  return ok({
    status: payment.refundedMinor === 0n ? 'COMPLETED' : 'PARTIALLY_REFUNDED',
    dispute: { ...payment.dispute, outcome: 'WON' },
  })
}

/** Why a payment is not refunded, in the order in which it is checked. */
export type RefundCode =
  | 'PAYMENT_NOT_FOUND'
  | 'ILLEGAL_TRANSITION'
  | 'ALREADY_REFUNDED'
  | 'CURRENCY_MISMATCH'
  | 'REFUND_EXCEEDS_AMOUNT'

/**
 * How much of a payment a refund gives back: the given amount, or all that no other refund gives back.
 * @param from the state that it has to be in for it: a disputed payment is given back by losing the dispute alone
 */
export function claimRefund(
  payment: Payment,
  amount: Money | undefined,
  from: 'UNDISPUTED' | 'DISPUTED',
): Outcome<Money, RefundCode> {
  const legal: readonly PaymentStatus[] = from === 'DISPUTED' ? ['DISPUTED'] : ['COMPLETED', 'PARTIALLY_REFUNDED']
  if (payment.status === 'REFUNDED')
    return refuse('ALREADY_REFUNDED', 'All of the payment has been given back.', ['paymentId'])
  if (payment.type === 'REFUND') return refuse('ILLEGAL_TRANSITION', 'A refund cannot be refunded.', ['paymentId'])
  if (payment.type === 'WITHDRAWAL')
    return refuse('ILLEGAL_TRANSITION', 'A withdrawal is given back by its bank alone.', ['paymentId'])
  if (!legal.includes(payment.status)) return illegal(payment, 'refunded')
  const { minor, currency } = movedAmount(payment)
  const rest: Money = { minor: minor - payment.refundClaimedMinor, currency }
  if (rest.minor === 0n) return refuse('ALREADY_REFUNDED', 'All of the payment is on its way back.', ['paymentId'])
  if (amount === undefined) return ok(rest)
  if (amount.currency !== currency)
    return refuse('CURRENCY_MISMATCH', `The payment is in ${currency}.`, ['amount', 'currency'])
  if (amount.minor > rest.minor)
    return refuse('REFUND_EXCEEDS_AMOUNT', `Only ${formatAmount(rest)} ${currency} can still be given back.`, [
      'amount',
    ])
  return ok(amount)
}

/**
 * What the end of a refund leaves its original as. Nothing of a refund that failed counts any more. A deposit that never got
 * into its wallet stays FAILED, whatever of it is given back out of suspense.
 */
export function afterRefund(
  original: Payment,
  { minor }: Money,
  hasCompleted: boolean,
): Pick<Payment, 'refundClaimedMinor' | 'refundedMinor' | 'dispute'> & { readonly status: PaymentStatus | undefined } {
  const { dispute: open, refundClaimedMinor, refundedMinor } = original
  if (!hasCompleted)
    return { refundClaimedMinor: refundClaimedMinor - minor, refundedMinor, dispute: open, status: undefined }
  const refunded = refundedMinor + minor
  return {
    refundClaimedMinor,
    refundedMinor: refunded,
    dispute: original.status === 'DISPUTED' && open !== null ? { ...open, outcome: 'LOST' } : open,
    status:
      original.status === 'FAILED'
        ? undefined
        : refunded === movedAmount(original).minor
          ? 'REFUNDED'
          : 'PARTIALLY_REFUNDED',
  }
}
