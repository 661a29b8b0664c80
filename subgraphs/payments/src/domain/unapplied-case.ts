import type { Id } from '@carriergraph/shared/ids.ts'
import type { UnappliedMoney } from './unapplied.ts'

/**
 * The legal ways of what was not applied. RESOLVING: two people have decided, and the ledger, or a rail, is to follow; where
 * it refuses, the case is open again.
 */
const TRANSITIONS = {
  OPEN: ['RESOLUTION_REQUESTED', 'RESOLVED'],
  RESOLUTION_REQUESTED: ['OPEN', 'RESOLVING', 'RESOLVED'],
  RESOLVING: ['OPEN', 'RESOLVED'],
  RESOLVED: [],
} as const satisfies Record<string, readonly string[]>

export type CaseState = keyof typeof TRANSITIONS
export const CASE_STATES = Object.keys(TRANSITIONS) as readonly CaseState[]

export const mayBecome = (from: CaseState, to: CaseState): boolean =>
  (TRANSITIONS[from] as readonly CaseState[]).includes(to)

/**
 * How people end a case. WALLET: a wallet of its owner gets what is owed to them, or gives what they owe. SENT_BACK: over the
 * rail that it came by, to where it came from. WRITTEN_OFF: it is given up. RECONCILED: it never was in suspense, and
 * reconciliation has ended what it found of it at the bank.
 */
export const PROPOSALS = ['WALLET', 'SENT_BACK', 'WRITTEN_OFF', 'RECONCILED'] as const
export type Proposal = (typeof PROPOSALS)[number]

/** RETURNED: all of it has gone back by itself. REFUNDED: with what came behind it, it refunded its remittance. */
export const CASE_RESOLUTIONS = [...PROPOSALS, 'RETURNED', 'REFUNDED'] as const
export type CaseResolution = (typeof CASE_RESOLUTIONS)[number]

/** What was not applied, and how far somebody has come with it. */
export type UnappliedCase = UnappliedMoney & {
  readonly state: CaseState
  /** Number of its events in the journal. */
  readonly version: number
  /** False where it stands in suspense as soon as the ledger has followed. */
  readonly isSuspended: boolean
  /** What of it has gone back by itself. */
  readonly returnedMinor: bigint
  /** How it is to end, or has ended. */
  readonly resolution: CaseResolution | null
  /** Of WALLET: which one. */
  readonly walletId: Id<'led'> | null
  /** Of SENT_BACK: the payment that does it. */
  readonly refundId: Id<'pay'> | null
  /** How often it was approved: what the ledger has refused is refused for ever under its id. */
  readonly attempt: number
  /** Why it was not carried out the last time. */
  readonly refusal: string | null
  readonly requestedBy: Id<'usr'> | null
  readonly requestedAt: Date | null
  readonly requestReason: string | null
  readonly approvedBy: Id<'usr'> | null
  readonly approvedAt: Date | null
  readonly resolvedAt: Date | null
}

/** What is left of it to decide on, in minor units. */
export const leftMinor = ({ amount, returnedMinor }: Pick<UnappliedCase, 'amount' | 'returnedMinor'>): bigint =>
  amount.minor - returnedMinor

/** Whether nobody has decided on it yet. */
export const isUndecided = ({ state }: Pick<UnappliedCase, 'state'>): boolean =>
  state === 'OPEN' || state === 'RESOLUTION_REQUESTED'
