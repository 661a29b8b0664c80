import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { type Outcome, ok, refuse } from '@carriergraph/shared/outcome.ts'
import type { PaymentDecision, PaymentFailure } from './decide.ts'

/**
 * The legal moves of a payment. Money moves out of AUTHORISED and out of no other: from there on it is certain that it
 * shall, so that no second opinion can meet a transfer that is on its way.
 */
export const TRANSITIONS = {
  RISK_PENDING: ['REVIEW', 'AUTHORISED', 'FAILED'],
  REVIEW: ['AUTHORISED', 'FAILED'],
  AUTHORISED: ['COMPLETED', 'FAILED'],
  COMPLETED: [],
  FAILED: [],
} as const satisfies Record<string, readonly string[]>

export type PaymentStatus = keyof typeof TRANSITIONS

/** What a payment is for. TOP_UP: from a wallet to the balance of a billing account. */
export const PAYMENT_TYPES = ['TOP_UP'] as const
export type PaymentType = (typeof PAYMENT_TYPES)[number]

/** A payment as it stands. */
export type Payment = {
  readonly id: Id<'pay'>
  readonly type: PaymentType
  readonly status: PaymentStatus
  /** How many states it has been in, the present one included. */
  readonly version: number
  readonly amount: Money
  /** The owner of the wallet. */
  readonly payerId: Id<'usr'>
  readonly sourceAccountId: Id<'led'>
  /** The operator's account that the money goes to. */
  readonly clearingAccountId: Id<'led'>
  readonly billingAccountId: Id<'acc'>
  /** Chosen when it is taken on: however often posting is tried, it is this one transfer. */
  readonly transferId: Id<'tfr'>
  /** Of the request that it came with; whatever is done for it later carries the same. */
  readonly correlationId: string
  /** Null while risk is being asked. */
  readonly decision: PaymentDecision | null
  /** Null unless FAILED. */
  readonly failure: PaymentFailure | null
  readonly createdAt: Date
  /** Null unless COMPLETED. */
  readonly completedAt: Date | null
}

/** A payment came into a state. `version` counts its states from 1 and is the version of the journalled event. */
export type PaymentTransition = {
  readonly version: number
  readonly status: PaymentStatus
  readonly occurredAt: Date
  /** Id of the user or service that caused it. */
  readonly actor: string
}

type Standing = Pick<Payment, 'status' | 'version'>

/** The first state of every payment. */
export const takenOn = (occurredAt: Date, actor: string): PaymentTransition => ({
  version: 1,
  status: 'RISK_PENDING',
  occurredAt,
  actor,
})

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
