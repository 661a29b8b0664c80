import type { Id } from '@carriergraph/shared/ids.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { RiskDecision } from '../domain/decide.ts'
import type { Beneficiary } from './beneficiary.ts'
import type { RemittanceFailure } from './failure.ts'
import type { FundsSource, Purpose } from './purpose.ts'

/**
 * The legal moves of a remittance. Money leaves the wallet out of APPROVED and out of no other, and comes back out of
 * REFUNDING and out of no other: what is certain is recorded before it is done.
 */
export const TRANSITIONS = {
  SCREENING: ['REVIEW', 'APPROVED', 'FAILED', 'CANCELLED'],
  REVIEW: ['APPROVED', 'FAILED', 'CANCELLED'],
  APPROVED: ['DEBITED', 'FAILED'],
  DEBITED: ['SENDING'],
  SENDING: ['SETTLING', 'REFUNDING'],
  SETTLING: ['COMPLETED', 'REFUNDING'],
  COMPLETED: ['REFUNDING'],
  REFUNDING: ['REFUNDED'],
  REFUNDED: [],
  FAILED: [],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>

export type RemittanceStatus = keyof typeof TRANSITIONS
export const REMITTANCE_STATUSES = Object.keys(TRANSITIONS) as readonly RemittanceStatus[]

/** Ended without its beneficiary having anything: those do not count towards its sender's limits. */
export const VAIN_STATUSES = ['REFUNDED', 'FAILED', 'CANCELLED'] as const satisfies readonly RemittanceStatus[]

/** Whether it was given to a rail. */
export const hasBeenSent = (status: RemittanceStatus): boolean =>
  ['SENDING', 'SETTLING', 'COMPLETED', 'REFUNDING', 'REFUNDED'].includes(status)

/** In minor units, as the quote has them: all but `delivered` in the source currency, none negative. */
export type RemittanceAmounts = {
  readonly debitedMinor: bigint
  /** Fixed and proportional. */
  readonly feesMinor: bigint
  readonly deliveredAtMidMinor: bigint
  readonly spreadMinor: bigint
  readonly roundingMinor: bigint
  /** In the target currency. */
  readonly deliveredMinor: bigint
}

/** RISK: risk assessed it. REVIEW: a person decided, in risk. */
export const DECISION_SOURCES = ['RISK', 'REVIEW'] as const

/** What compliance decided on it last. Why, risk knows: its sender must not learn what was found or reported. */
export type RemittanceDecision = {
  readonly source: (typeof DECISION_SOURCES)[number]
  readonly outcome: RiskDecision
}

/** A remittance as it stands. */
export type Remittance = RemittanceAmounts & {
  readonly id: Id<'rem'>
  readonly status: RemittanceStatus
  /** How many states it has been in, the present one included. */
  readonly version: number
  readonly senderId: Id<'usr'>
  /** As risk knew them when it assessed it; null before, and where it knew no name. */
  readonly senderName: string | null
  readonly sourceAccountId: Id<'led'>
  readonly quoteId: Id<'fxq'>
  readonly sourceCurrency: CurrencyCode
  readonly targetCurrency: CurrencyCode
  readonly midRate: string
  readonly customerRate: string
  /** Cents of what is debited, by the rates of the quote's day, rounded up. */
  readonly usdMinor: bigint
  readonly beneficiary: Beneficiary
  readonly purpose: Purpose
  readonly fundsSource: FundsSource
  /** What the beneficiary reads. */
  readonly message: string | null
  /** Of the idempotency key (`fateKeyOf`); null of those that an earlier version took on. */
  readonly fateKey: string | null
  /** Null before risk has answered. */
  readonly decision: RemittanceDecision | null
  readonly failure: RemittanceFailure | null
  /** What the rail said about a rejection or a return: an ISO 20022 code. */
  readonly railReason: string | null
  /** In the target currency: what came back of settled money. */
  readonly returnedMinor: bigint | null
  /** How often the ledger refused the settlement, and the refund: what was refused is refused for ever under its ids. */
  readonly settlementAttempt: number
  readonly refundAttempt: number
  /** Nothing is tried before it; null where that is not so. */
  readonly retryAt: Date | null
  /** When its rate is too old to go on from SCREENING or REVIEW. */
  readonly decideBy: Date
  readonly correlationId: string
  readonly createdAt: Date
  readonly changedAt: Date
}

/**
 * Of what was delivered, the share that banks may have kept of a return, in parts of a hundred. The operator bears it; whoever
 * could have it bear more would be given back what the beneficiary has.
 */
export const RETURN_CHARGES_MAX_PERCENT = 10n

/** Whether what came back is all that was delivered, less what banks take for bringing it back. */
export const isBack = ({ deliveredMinor }: Pick<Remittance, 'deliveredMinor'>, returnedMinor: bigint): boolean =>
  returnedMinor * 100n >= deliveredMinor * (100n - RETURN_CHARGES_MAX_PERCENT)

/** A remittance came into a state. `version` counts its states from 1 and is the version of the journalled event. */
export type RemittanceTransition = {
  readonly version: number
  readonly status: RemittanceStatus
  readonly occurredAt: Date
  /** Id of the user or service that caused it. */
  readonly actor: string
}

/** @throws Error for a move that is not legal: whoever may ask for one is refused before */
export function moveTo(
  { id, status: from, version }: Pick<Remittance, 'id' | 'status' | 'version'>,
  status: RemittanceStatus,
  occurredAt: Date,
  actor: string,
): RemittanceTransition {
  const next: readonly RemittanceStatus[] = TRANSITIONS[from]
  if (!next.includes(status)) throw new Error(`${id} is ${from} and cannot become ${status}.`)
  return { version: version + 1, status, occurredAt, actor }
}

/** What is to be done for a remittance next. EXPIRE: end it, because nobody decided on it in time. */
export const STEPS = ['SCREEN', 'EXPIRE', 'DEBIT', 'SEND', 'SETTLE', 'REFUND'] as const
export type Step = (typeof STEPS)[number]

/** The step that follows from how it stands; undefined where it has ended, or waits for somebody, or for the rail. */
export function nextStep(
  { status, decideBy, retryAt }: Pick<Remittance, 'status' | 'decideBy' | 'retryAt'>,
  now: Date,
): Step | undefined {
  if ((status === 'SCREENING' || status === 'REVIEW') && decideBy <= now) return 'EXPIRE'
  if (retryAt !== null && retryAt > now) return undefined
  switch (status) {
    case 'SCREENING':
      return 'SCREEN'
    case 'APPROVED':
      return 'DEBIT'
    case 'DEBITED':
      return 'SEND'
    case 'SETTLING':
      return 'SETTLE'
    case 'REFUNDING':
      return 'REFUND'
    default:
      return undefined
  }
}
