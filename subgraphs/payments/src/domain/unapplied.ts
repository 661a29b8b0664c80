import type { Id } from '@carriergraph/shared/ids.ts'
import type { Money } from '@carriergraph/shared/money/money.ts'
import { LEDGER_FAILURES } from './decide.ts'
import type { Payment } from './payment.ts'

/**
 * Why money that has moved could not be put where it belongs: the ledger refused the wallet, somebody had released in
 * the ledger what was held for it, more came back than refunds had left of its payment, or less of a remittance than is all of
 * it.
 */
export const UNAPPLIED_REASONS = [
  'EXCEEDS_REST',
  'HOLD_RELEASED',
  'PART_RETURNED',
  ...(Object.keys(LEDGER_FAILURES) as (keyof typeof LEDGER_FAILURES)[]),
] as const

/** IN: the operator has it, and owes it to the owner. OUT: it has left, and the owner owes it, or the bank. */
export const UNAPPLIED_DIRECTIONS = ['IN', 'OUT'] as const

/** Where it stands: in the operator's account for it, or with reconciliation, which finds its movement at the bank. */
export const UNAPPLIED_PLACES = ['SUSPENSE', 'RECONCILIATION'] as const

/** Money that has moved outside and could not be put where it belongs: a person has to settle it with its owner. */
export type UnappliedMoney = {
  readonly id: Id<'uam'>
  /** The payment or remittance that it is of. */
  readonly reference: Id<'pay'> | Id<'rem'>
  readonly ownerId: Id<'usr'>
  /** The wallet that it was meant for, or was to come from. */
  readonly accountId: Id<'led'>
  readonly amount: Money
  readonly direction: (typeof UNAPPLIED_DIRECTIONS)[number]
  readonly place: (typeof UNAPPLIED_PLACES)[number]
  readonly reason: (typeof UNAPPLIED_REASONS)[number]
  readonly recordedAt: Date
}

/** The wallet of who pays, and of a deposit of who gets it. */
export const walletOf = ({
  type,
  sourceAccountId,
  destinationAccountId,
}: Pick<Payment, 'type' | 'sourceAccountId' | 'destinationAccountId'>): Id<'led'> =>
  type === 'DEPOSIT' ? destinationAccountId : sourceAccountId

/** Why the ledger did not do what a payment that failed needed. */
export const unappliedReason = ({ failure }: Pick<Payment, 'failure'>): UnappliedMoney['reason'] =>
  failure !== null && failure.code in LEDGER_FAILURES ? (failure.code as keyof typeof LEDGER_FAILURES) : 'HOLD_RELEASED'
