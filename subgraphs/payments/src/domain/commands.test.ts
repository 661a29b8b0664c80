import { namedId } from '@carriergraph/shared/ids.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { expect, test } from 'vitest'
import { afterRefund, cancel, capture, claimRefund, confirm, dispute, endsDispute, winDispute } from './commands.ts'
import { failed } from './decide.ts'
import { hasMoved, PAYMENT_STATUSES, type Payment, type PaymentStatus } from './payment.ts'

const EUR_10 = { minor: 1_000n, currency: 'EUR' } as const

/** Of 10.00 EUR, in that state as a payment that is captured by hand comes into it. */
const paymentIn = (status: PaymentStatus, change: Partial<Payment> = {}): Payment => ({
  id: namedId('pay', 'one'),
  type: 'TRANSFER',
  method: 'WALLET',
  status,
  version: 3,
  amount: EUR_10,
  payerId: namedId('usr', 'ada'),
  sourceAccountId: namedId('led', 'ada'),
  destinationAccountId: namedId('led', 'bruno'),
  billingAccountId: null,
  originalId: null,
  transferId: namedId('tfr', 'one'),
  capture: 'MANUAL',
  hold: status === 'AUTHORISED' || status === 'PROCESSING' ? 'PLACED' : null,
  execution: null,
  authorisedUntil: null,
  capturedMinor: status === 'PROCESSING' || hasMoved(status) ? 1_000n : null,
  refundClaimedMinor: status === 'REFUNDED' ? 1_000n : status === 'PARTIALLY_REFUNDED' ? 400n : 0n,
  refundedMinor: status === 'REFUNDED' ? 1_000n : status === 'PARTIALLY_REFUNDED' ? 400n : 0n,
  dispute: status === 'DISPUTED' ? { reason: 'why', outcome: null } : null,
  correlationId: 'c',
  decision: null,
  failure: null,
  createdAt: new Date(0),
  completedAt: null,
  ...change,
})

const COMMANDS = {
  confirm: (payment: Payment) => confirm(payment),
  capture: (payment: Payment) => capture(payment, undefined),
  'cancel by its payer': (payment: Payment) => cancel(payment, { actsForOthers: false }),
  'cancel by an operator': (payment: Payment) => cancel(payment, { actsForOthers: true }),
  dispute: (payment: Payment) => dispute(payment, 'why'),
  'win its dispute': (payment: Payment) => winDispute(payment),
  'lose its dispute': (payment: Payment) => endsDispute(payment, 'LOST'),
  refund: (payment: Payment) => claimRefund(payment, undefined, 'UNDISPUTED'),
} as const satisfies Record<string, (payment: Payment) => Outcome<unknown, string>>

/** What becomes of it: a state, `same` where it was done before, or the code of the refusal. */
const outcomeOf = (outcome: Outcome<unknown, string>): string => {
  if (!outcome.ok) return outcome.code
  const { value } = outcome
  if (value === undefined || value === false) return 'same'
  if (typeof value === 'object' && value !== null && 'minor' in value) return `gives back ${value.minor}`
  return typeof value === 'object' && value !== null && 'status' in value ? String(value.status) : 'goes on'
}

const NO = 'ILLEGAL_TRANSITION'
const TABLE: Record<keyof typeof COMMANDS, Record<PaymentStatus, string>> = {
  confirm: {
    CREATED: 'RISK_PENDING',
    RISK_PENDING: 'same',
    REVIEW: 'same',
    AUTHORISED: 'same',
    PROCESSING: 'same',
    COMPLETED: 'same',
    PARTIALLY_REFUNDED: 'same',
    REFUNDED: 'same',
    DISPUTED: 'same',
    FAILED: 'same',
    CANCELLED: NO,
  },
  capture: {
    CREATED: NO,
    RISK_PENDING: NO,
    REVIEW: NO,
    AUTHORISED: 'PROCESSING',
    PROCESSING: 'same',
    COMPLETED: 'same',
    PARTIALLY_REFUNDED: 'same',
    REFUNDED: 'same',
    DISPUTED: 'same',
    FAILED: NO,
    CANCELLED: NO,
  },
  'cancel by its payer': {
    CREATED: 'CANCELLED',
    RISK_PENDING: 'CANCELLED',
    REVIEW: 'CANCELLED',
    AUTHORISED: 'OPERATOR_REQUIRED',
    PROCESSING: NO,
    COMPLETED: NO,
    PARTIALLY_REFUNDED: NO,
    REFUNDED: NO,
    DISPUTED: NO,
    FAILED: NO,
    CANCELLED: 'same',
  },
  'cancel by an operator': {
    CREATED: 'CANCELLED',
    RISK_PENDING: 'CANCELLED',
    REVIEW: 'CANCELLED',
    AUTHORISED: 'CANCELLED',
    PROCESSING: NO,
    COMPLETED: NO,
    PARTIALLY_REFUNDED: NO,
    REFUNDED: NO,
    DISPUTED: NO,
    FAILED: NO,
    CANCELLED: 'same',
  },
  dispute: {
    CREATED: NO,
    RISK_PENDING: NO,
    REVIEW: NO,
    AUTHORISED: NO,
    PROCESSING: NO,
    COMPLETED: 'DISPUTED',
    PARTIALLY_REFUNDED: 'DISPUTED',
    REFUNDED: NO,
    DISPUTED: 'same',
    FAILED: NO,
    CANCELLED: NO,
  },
  'win its dispute': {
    CREATED: NO,
    RISK_PENDING: NO,
    REVIEW: NO,
    AUTHORISED: NO,
    PROCESSING: NO,
    COMPLETED: NO,
    PARTIALLY_REFUNDED: NO,
    REFUNDED: NO,
    DISPUTED: 'COMPLETED',
    FAILED: NO,
    CANCELLED: NO,
  },
  'lose its dispute': {
    CREATED: NO,
    RISK_PENDING: NO,
    REVIEW: NO,
    AUTHORISED: NO,
    PROCESSING: NO,
    COMPLETED: NO,
    PARTIALLY_REFUNDED: NO,
    REFUNDED: NO,
    DISPUTED: 'goes on',
    FAILED: NO,
    CANCELLED: NO,
  },
  refund: {
    CREATED: NO,
    RISK_PENDING: NO,
    REVIEW: NO,
    AUTHORISED: NO,
    PROCESSING: NO,
    COMPLETED: 'gives back 1000',
    PARTIALLY_REFUNDED: 'gives back 600',
    REFUNDED: 'ALREADY_REFUNDED',
    DISPUTED: NO,
    FAILED: NO,
    CANCELLED: NO,
  },
}

test.each(
  Object.entries(COMMANDS).flatMap(([name, command]) =>
    PAYMENT_STATUSES.map((status) => [name as keyof typeof COMMANDS, status, command] as const),
  ),
)('%s, of a payment that is %s', (name, status, command) => {
  expect(outcomeOf(command(paymentIn(status)))).toBe(TABLE[name][status])
})

const eur = (minor: bigint) => ({ minor, currency: 'EUR' }) as const
const usd = { minor: 1n, currency: 'USD' } as const

test.each<[string, Outcome<unknown, string>, string]>([
  ['part of what is held', capture(paymentIn('AUTHORISED'), eur(1n)), 'PROCESSING'],
  ['more than is held', capture(paymentIn('AUTHORISED'), eur(1_001n)), 'CAPTURE_EXCEEDS_AMOUNT'],
  ['another currency', capture(paymentIn('AUTHORISED'), usd), 'CURRENCY_MISMATCH'],
  ['what moves by itself', capture(paymentIn('AUTHORISED', { capture: 'AUTOMATIC' }), undefined), NO],
  ['what is not held yet', capture(paymentIn('AUTHORISED', { hold: 'WANTED' }), undefined), NO],
  ['the same part again', capture(paymentIn('COMPLETED', { capturedMinor: 7n }), eur(7n)), 'same'],
  [
    'what was held too long',
    capture(paymentIn('FAILED', { failure: failed('AUTHORISATION_EXPIRED') }), undefined),
    'AUTHORISATION_EXPIRED',
  ],
  ['what risk declined', capture(paymentIn('FAILED', { failure: failed('DECLINED_BY_RISK') }), undefined), NO],
  ['another part than before', capture(paymentIn('COMPLETED', { capturedMinor: 7n }), eur(8n)), NO],
])('captures %s: %s', (_, outcome, expected) => {
  expect(outcomeOf(outcome)).toBe(expected)
})

test.each([
  ['is not held yet', 'WANTED'],
  ['is going free already', 'RELEASING'],
  ['moves without being held', null],
] as const)(
  'a payment that is authorised and whose amount %s is not cancelled, not by an operator either',
  (_, hold) => {
    const payment = paymentIn('AUTHORISED', { hold })
    for (const actsForOthers of [true, false]) expect(outcomeOf(cancel(payment, { actsForOthers }))).toBe(NO)
  },
)

const partly = paymentIn('PARTIALLY_REFUNDED', { refundClaimedMinor: 700n })

test.each<[string, Outcome<unknown, string>, string]>([
  ['all that no other refund has claimed', claimRefund(partly, undefined, 'UNDISPUTED'), 'gives back 300'],
  ['exactly what is left', claimRefund(partly, eur(300n), 'UNDISPUTED'), 'gives back 300'],
  ['a cent more than is left', claimRefund(partly, eur(301n), 'UNDISPUTED'), 'REFUND_EXCEEDS_AMOUNT'],
  ['another currency', claimRefund(partly, usd, 'UNDISPUTED'), 'CURRENCY_MISMATCH'],
  [
    'when all of it is on its way back',
    claimRefund(paymentIn('COMPLETED', { refundClaimedMinor: 1_000n }), undefined, 'UNDISPUTED'),
    'ALREADY_REFUNDED',
  ],
  [
    'no more than was captured',
    claimRefund(paymentIn('COMPLETED', { capturedMinor: 250n }), eur(251n), 'UNDISPUTED'),
    'REFUND_EXCEEDS_AMOUNT',
  ],
  ['a refund', claimRefund(paymentIn('COMPLETED', { type: 'REFUND' }), undefined, 'UNDISPUTED'), NO],
  ['what a lost dispute leaves', claimRefund(paymentIn('DISPUTED'), undefined, 'DISPUTED'), 'gives back 1000'],
  ['what is not disputed, as if it were', claimRefund(paymentIn('COMPLETED'), undefined, 'DISPUTED'), NO],
])('refunds %s: %s', (_, outcome, expected) => {
  expect(outcomeOf(outcome)).toBe(expected)
})

test('a dispute waits for the refunds that are on their way, and a refund is not disputed', () => {
  expect(outcomeOf(dispute(partly, 'why'))).toBe('REFUND_UNDER_WAY')
  expect(outcomeOf(dispute(paymentIn('COMPLETED', { type: 'REFUND' }), 'why'))).toBe(NO)
})

test('a dispute that is won leaves what was refunded before, is won once, and not while it is being lost', () => {
  const lost = paymentIn('DISPUTED', { refundClaimedMinor: 1_000n, refundedMinor: 400n })
  expect(outcomeOf(winDispute(lost))).toBe('REFUND_UNDER_WAY')
  const won = winDispute(paymentIn('DISPUTED', { refundClaimedMinor: 400n, refundedMinor: 400n }))
  expect(won).toEqual({ ok: true, value: { status: 'PARTIALLY_REFUNDED', dispute: { reason: 'why', outcome: 'WON' } } })
  const resolved = { dispute: { reason: 'why', outcome: 'WON' } } as const
  expect(outcomeOf(winDispute(paymentIn('COMPLETED', resolved)))).toBe('same')
  expect(outcomeOf(endsDispute(paymentIn('COMPLETED', resolved), 'LOST'))).toBe(NO)
})

test.each([
  ['that fails frees its part', 400n, false, undefined, 0n, 0n],
  ['of a part', 400n, true, 'PARTIALLY_REFUNDED', 400n, 400n],
  ['of all', 1_000n, true, 'REFUNDED', 1_000n, 1_000n],
] as const)('a refund %s', (_, minor, hasCompleted, status, claimed, refunded) => {
  const original = paymentIn('COMPLETED', { refundClaimedMinor: minor })
  expect(afterRefund(original, eur(minor), hasCompleted)).toEqual({
    status,
    refundClaimedMinor: claimed,
    refundedMinor: refunded,
    dispute: null,
  })
})

test('the refund of a disputed payment loses the dispute, and one that fails leaves it open', () => {
  const original = paymentIn('DISPUTED', { refundClaimedMinor: 1_000n })
  expect(afterRefund(original, EUR_10, true)).toMatchObject({
    status: 'REFUNDED',
    dispute: { reason: 'why', outcome: 'LOST' },
  })
  expect(afterRefund(original, EUR_10, false)).toMatchObject({
    status: undefined,
    dispute: { reason: 'why', outcome: null },
  })
})
