import { type Id, namedId } from '@carriergraph/shared/ids.ts'
import { CHAIN_MAX } from '@carriergraph/shared/ledger/ledger.ts'
import type { TransferOrder } from '@carriergraph/shared/ledger/transfer.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { bilateralPayments, netOf, type Obligation, positionsOf } from './netting.ts'

/**
 * MULTILATERAL: each participant pays or receives once, by way of the settlement account, which is as it was afterwards.
 * BILATERAL: the two of each pair pay each other the difference.
 */
export const NETTINGS = ['MULTILATERAL', 'BILATERAL'] as const
export type Netting = (typeof NETTINGS)[number]

/** The operator's accounts that a settlement goes by, in its currency. */
export type SettlementAccounts = {
  readonly settlementId: Id<'led'>
  /** What fees are income of. */
  readonly feesId: Id<'led'>
}

export type SettlementPlan = {
  readonly cycleId: Id<'cyc'>
  /** Counts the times that it was tried: what was refused is refused for ever under its id. */
  readonly attempt: number
  readonly netting: Netting
  readonly currency: CurrencyCode
  readonly accounts: SettlementAccounts
  readonly obligations: readonly Obligation[]
}

/** A transfer between two accounts. */
export type SettlementOrder = Extract<TransferOrder, { readonly kind: 'SINGLE' }>

/**
 * The transfers of a settlement, to be posted together or not at all: those who pay come first, then those who receive,
 * then fees. The same plan has the same transfers under the same ids, so that it may be posted again after a crash.
 */
export function settlementOrders({ netting, accounts, obligations, ...plan }: SettlementPlan): SettlementOrder[] {
  const { settlementId, feesId } = accounts
  const positions = positionsOf(obligations)
  const payments = netting === 'BILATERAL' ? bilateralPayments(obligations) : []
  const nets = netting === 'MULTILATERAL' ? positions : []
  const movements: Movement[] = [
    ...payments.map(({ payerId, payeeId, amountMinor }) => ({ from: payerId, to: payeeId, amountMinor })),
    ...nets
      .filter((position) => netOf(position) < 0n)
      .map((position) => ({ from: position.accountId, to: settlementId, amountMinor: -netOf(position) })),
    ...nets
      .filter((position) => netOf(position) > 0n)
      .map((position) => ({ from: settlementId, to: position.accountId, amountMinor: netOf(position) })),
    ...positions
      .filter(({ feesMinor }) => feesMinor > 0n)
      .map(({ accountId, feesMinor }) => ({ from: accountId, to: feesId, amountMinor: feesMinor })),
  ]
  return movements.map(({ from, to, amountMinor }, index) => ({
    kind: 'SINGLE',
    id: transferId(plan.cycleId, plan.attempt, index),
    debitAccountId: from,
    creditAccountId: to,
    amountMinor,
    currency: plan.currency,
    reference: plan.cycleId,
  }))
}

type Movement = { readonly from: Id<'led'>; readonly to: Id<'led'>; readonly amountMinor: bigint }

/** Takes back a settlement, what was last first: those who received pay before those who paid receive. */
export function reversalOrders(plan: SettlementPlan, reversalAttempt: number): TransferOrder[] {
  return settlementOrders(plan)
    .toReversed()
    .map((order) => ({
      kind: 'REVERSAL',
      id: namedId('tfr', JSON.stringify(['reversal', order.id, reversalAttempt])),
      reversedId: order.id,
      reference: plan.cycleId,
    }))
}

const transferId = (cycleId: Id<'cyc'>, attempt: number, index: number): Id<'tfr'> =>
  namedId('tfr', JSON.stringify(['settlement', cycleId, attempt, index]))

/** Pairs of debtor and creditor, whatever they owe. */
export type Pair = Pick<Obligation, 'debtorId' | 'creditorId'>

/** Whether a settlement of these pairs can be posted as one, whatever amounts they come to. */
export function fitsOneChain(netting: Netting, pairs: readonly Pair[]): boolean {
  const participants = new Set(pairs.flatMap(({ debtorId, creditorId }) => [debtorId, creditorId])).size
  const payers = new Set(pairs.map(({ debtorId }) => debtorId)).size
  const between = new Set(pairs.map(({ debtorId, creditorId }) => [debtorId, creditorId].toSorted().join()))
  return (netting === 'BILATERAL' ? between.size : participants) + payers <= CHAIN_MAX
}
