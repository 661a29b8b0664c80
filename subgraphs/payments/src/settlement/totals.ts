import { bilateralPayments, netOf, type Obligation, positionsOf } from './netting.ts'
import type { Netting } from './orders.ts'

/** What is in a cycle, added up; minor units of its currency. */
export type Totals = {
  readonly items: number
  readonly grossMinor: bigint
  /** What participants pay one another when all is set off. */
  readonly netMinor: bigint
  readonly feesMinor: bigint
}

/** @param obligations of each pair, with the number of items that it is the sum of */
export function totalsOf(netting: Netting, obligations: readonly (Obligation & { readonly items: number })[]): Totals {
  const paid =
    netting === 'BILATERAL'
      ? bilateralPayments(obligations).map(({ amountMinor }) => amountMinor)
      : positionsOf(obligations)
          .map(netOf)
          .filter((net) => net > 0n)
  return {
    items: obligations.reduce((all, { items }) => all + items, 0),
    grossMinor: sumOf(obligations.map(({ amountMinor }) => amountMinor)),
    netMinor: sumOf(paid),
    feesMinor: sumOf(obligations.map(({ feeMinor }) => feeMinor)),
  }
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n)
