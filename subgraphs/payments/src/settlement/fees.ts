import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { addMoney, type Money, money, multiplyMoney } from '@carriergraph/shared/money/money.ts'

/** What a rail charges for a transfer of one currency: a fixed amount, and a share of what is transferred. */
export type FeeSchedule = {
  /** Minor units of the transfer's currency. */
  readonly fixedMinor: bigint
  /** Hundredths of a per cent. */
  readonly basisPoints: number
  /** The fee in all is no more than this; undefined for no limit. */
  readonly maxMinor: bigint | undefined
}

const BASIS_POINTS_IN_ONE = 10_000

/**
 * The fee of one transfer, in its currency. The share is rounded to the minor unit, half away from zero as invoices are,
 * and once; the fixed part needs no rounding.
 */
export function feeOf(amount: Money, { fixedMinor, basisPoints, maxMinor }: FeeSchedule): Money {
  const share = multiplyMoney(amount, new Decimal(basisPoints).div(BASIS_POINTS_IN_ONE), 'HALF_UP')
  const fee = addMoney(share, money(fixedMinor, amount.currency))
  return maxMinor !== undefined && fee.minor > maxMinor ? money(maxMinor, amount.currency) : fee
}
