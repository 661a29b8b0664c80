import type { Id } from '@carriergraph/shared/ids.ts'
import type { PostingCode } from '@carriergraph/shared/ledger/posting-code.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { type Refused, refuse } from '@carriergraph/shared/outcome.ts'
import type { RailName } from '../rails/rail.ts'
import type { Netting, SettlementAccounts } from './orders.ts'

/**
 * OPEN: takes items. CLOSED: what it comes to stands fast. SETTLED: it was posted. REVERSAL_REQUESTED: one person asks that it
 * is taken back. REVERSING: two have decided so, and the ledger is to follow; where it refuses, it is settled as before.
 * REVERSED: it was taken back, and is settled again only where somebody asks for that.
 */
export type CycleState = keyof typeof CYCLE_TRANSITIONS

const CYCLE_TRANSITIONS = {
  OPEN: ['CLOSED'],
  CLOSED: ['SETTLED'],
  SETTLED: ['REVERSAL_REQUESTED'],
  REVERSAL_REQUESTED: ['SETTLED', 'REVERSING'],
  REVERSING: ['SETTLED', 'REVERSED'],
  REVERSED: ['CLOSED'],
} as const satisfies Record<string, readonly string[]>

export const CYCLE_STATES = Object.keys(CYCLE_TRANSITIONS) as readonly CycleState[]

export const mayBecome = (from: CycleState, to: CycleState): boolean =>
  (CYCLE_TRANSITIONS[from] as readonly CycleState[]).includes(to)

/** Who wants a settlement taken back, and why. */
export type CycleReversal = {
  readonly requestedBy: Id<'usr'>
  readonly requestedAt: Date
  readonly reason: string
  /** Null until another person has approved it. */
  readonly approval: { readonly approvedBy: Id<'usr'>; readonly approvedAt: Date } | null
}

export type SettlementCycle = {
  readonly id: Id<'cyc'>
  readonly rail: RailName
  readonly currency: CurrencyCode
  readonly day: string
  readonly number: number
  readonly cutOffAt: Date
  readonly settlementDate: string
  readonly netting: Netting
  /** Those of when it was opened: what was posted must be what is posted again. */
  readonly accounts: SettlementAccounts
  readonly state: CycleState
  readonly version: number
  /** Of the posting in hand, or of the one that settled it. */
  readonly attempt: number
  readonly reversalAttempt: number
  /** Why the last posting was refused, and which transfer of it; null where none was. */
  readonly refusal: { readonly code: PostingCode; readonly accountId: Id<'led'> } | null
  /** Null where nobody asks for it, also after it was turned down or refused. */
  readonly reversal: CycleReversal | null
  readonly openedAt: Date
  /** When its state or its refusal changed the last time. */
  readonly changedAt: Date
}

/** Why something is not done with a cycle. The first that applies is the answer. */
export const SETTLEMENT_REFUSALS = {
  CYCLE_NOT_FOUND: 'There is no such cycle.',
  CYCLE_NOT_DUE: 'The cut-off or the settlement date is still to come, or the currency is not settled today.',
  CYCLE_STATE_WRONG: 'The cycle is not in the state for that.',
  ITEM_DIFFERS: 'Something else was entered under this reference.',
  ITEM_MALFORMED: 'An item has an amount above zero, no negative fee, and two different participants.',
  TOO_MANY_PARTICIPANTS: 'The cycle has as many participants as can be settled together.',
  POSTING_REFUSED: 'The ledger refuses a transfer, so that none was posted: the cycle says which and why.',
} as const

export type SettlementCode = keyof typeof SETTLEMENT_REFUSALS

export const settlementRefusal = (code: SettlementCode): Refused<SettlementCode> =>
  refuse(code, SETTLEMENT_REFUSALS[code])
