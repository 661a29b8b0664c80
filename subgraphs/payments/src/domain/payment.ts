import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { PaymentDecision, PaymentFailure } from './decide.ts'
import type { PaymentMethod } from './method.ts'

/**
 * The legal moves of a payment. Money moves out of AUTHORISED and PROCESSING and out of no other: from there on it is
 * certain that it shall, so that no second opinion can meet a transfer that is on its way.
 */
export const TRANSITIONS = {
  CREATED: ['RISK_PENDING', 'CANCELLED'],
  RISK_PENDING: ['REVIEW', 'AUTHORISED', 'FAILED', 'CANCELLED'],
  REVIEW: ['AUTHORISED', 'FAILED', 'CANCELLED'],
  AUTHORISED: ['PROCESSING', 'COMPLETED', 'CANCELLED', 'FAILED'],
  PROCESSING: ['COMPLETED', 'FAILED', 'CANCELLED'],
  COMPLETED: ['PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED'],
  PARTIALLY_REFUNDED: ['PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED'],
  DISPUTED: ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED'],
  REFUNDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>

export type PaymentStatus = keyof typeof TRANSITIONS
export const PAYMENT_STATUSES = Object.keys(TRANSITIONS) as readonly PaymentStatus[]

/** Those in which its money has moved. */
export const MOVED_STATUSES = ['COMPLETED', 'PARTIALLY_REFUNDED', 'REFUNDED', 'DISPUTED'] as const

export const hasMoved = (status: PaymentStatus): boolean => (MOVED_STATUSES as readonly string[]).includes(status)

/**
 * What a payment is for. TOP_UP: from a wallet to the balance of a billing account. TRANSFER: from a wallet to a wallet.
 * FEE: from a wallet to the operator's income. DEPOSIT: over a rail into a wallet. WITHDRAWAL: from a wallet over a rail.
 * REFUND: of another payment, back to where it came from.
 */
export const PAYMENT_TYPES = ['TOP_UP', 'TRANSFER', 'FEE', 'DEPOSIT', 'WITHDRAWAL', 'REFUND'] as const
export type PaymentType = (typeof PAYMENT_TYPES)[number]

/** AUTOMATIC: the money moves as soon as the payment is approved. MANUAL: it is held until somebody captures it. */
export const CAPTURE_MODES = ['AUTOMATIC', 'MANUAL'] as const
export type CaptureMode = (typeof CAPTURE_MODES)[number]

/**
 * What became of the hold of a payment that is captured by hand. WANTED, RELEASING: the ledger is to be asked for it, or
 * has been and the answer is not recorded. REFUSED: there never was one.
 */
export const HOLD_STATES = ['WANTED', 'REFUSED', 'PLACED', 'CAPTURED', 'RELEASING', 'RELEASED'] as const
export type HoldState = (typeof HOLD_STATES)[number]

/**
 * How far a payment has come on its rail, as far as its own steps depend on it; the instruction says it in full. WANTED: it
 * is to be instructed. INSTRUCTED: it is registered, and waits for the rail. SETTLED: the money has moved outside. RETURNED:
 * it has come back since, or part of it, and is to be given back in the books as well. GIVEN_BACK: that is taken care of.
 */
export const EXECUTION_STATES = ['WANTED', 'INSTRUCTED', 'SETTLED', 'RETURNED', 'GIVEN_BACK'] as const
export type ExecutionState = (typeof EXECUTION_STATES)[number]

/** How a dispute ended. WON: the payment stands. LOST: it is charged back. */
export const DISPUTE_OUTCOMES = ['WON', 'LOST'] as const
export type DisputeOutcome = (typeof DISPUTE_OUTCOMES)[number]

/** The last dispute about a payment; `outcome` is null while it is open. */
export type Dispute = { readonly reason: string; readonly outcome: DisputeOutcome | null }

/** A payment as it stands. */
export type Payment = {
  readonly id: Id<'pay'>
  readonly type: PaymentType
  /** Of a refund that of its original. */
  readonly method: PaymentMethod
  readonly status: PaymentStatus
  /** How many states it has been in, the present one included. */
  readonly version: number
  readonly amount: Money
  /** The owner of the wallet that pays; of a refund, who paid its original and is paid back. */
  readonly payerId: Id<'usr'>
  readonly sourceAccountId: Id<'led'>
  readonly destinationAccountId: Id<'led'>
  /** Of a top-up and of its refunds; null for the others. */
  readonly billingAccountId: Id<'acc'> | null
  /** Of a refund: the payment that it gives back. */
  readonly originalId: Id<'pay'> | null
  /** Chosen when it is taken on: however often posting is tried, it is this one transfer, or this one hold. */
  readonly transferId: Id<'tfr'>
  readonly capture: CaptureMode
  /** Null where nothing is held by it. */
  readonly hold: HoldState | null
  /** Null where no instruction to a rail belongs to it. */
  readonly execution: ExecutionState | null
  /** When what is held goes free by itself; null where nothing was, and where it does not. */
  readonly authorisedUntil: Date | null
  /** What is captured of the amount; null for all of it. */
  readonly capturedMinor: bigint | null
  /** What refunds give back of it, those that are on their way included. */
  readonly refundClaimedMinor: bigint
  /** What refunds have given back of it. */
  readonly refundedMinor: bigint
  readonly dispute: Dispute | null
  /** Of the request that it came with; whatever is done for it later carries the same. */
  readonly correlationId: string
  /** Null before risk has answered. */
  readonly decision: PaymentDecision | null
  /** Null unless FAILED. */
  readonly failure: PaymentFailure | null
  readonly createdAt: Date
  /** When the money moved; null before that. */
  readonly completedAt: Date | null
}

/** What moves of a payment, or has moved: the amount, or what was captured of it. */
export const movedAmount = ({ amount, capturedMinor }: Pick<Payment, 'amount' | 'capturedMinor'>): Money =>
  capturedMinor === null ? amount : { minor: capturedMinor, currency: amount.currency }

/** A payment came into a state. `version` counts its states from 1 and is the version of the journalled event. */
export type PaymentTransition = {
  readonly version: number
  readonly status: PaymentStatus
  readonly occurredAt: Date
  /** Id of the user or service that caused it. */
  readonly actor: string
}

type Standing = Pick<Payment, 'status' | 'version'>

/**
 * The first state of a payment. CREATED where it waits to be confirmed; AUTHORISED for a refund, on which its original was
 * assessed and somebody who may has decided.
 */
export const takenOn = (
  status: 'CREATED' | 'RISK_PENDING' | 'AUTHORISED',
  occurredAt: Date,
  actor: string,
): PaymentTransition => ({ version: 1, status, occurredAt, actor })

/** The move of a payment into another state, or ILLEGAL_TRANSITION when its present state does not lead there. */
export function moveTo(
  from: Standing,
  status: PaymentStatus,
  occurredAt: Date,
  actor: string,
): Outcome<PaymentTransition, 'ILLEGAL_TRANSITION'> {
  const legal: readonly PaymentStatus[] = TRANSITIONS[from.status]
  if (!legal.includes(status))
    return refuse('ILLEGAL_TRANSITION', `A payment that is ${from.status} cannot become ${status}.`, ['status'])
  return ok({ version: from.version + 1, status, occurredAt, actor })
}
