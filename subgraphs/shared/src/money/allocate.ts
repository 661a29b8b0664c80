import { type Money, money } from './money.ts'

/**
 * Splits `total` in proportion to `weights`, without losing or making a minor unit: each share is rounded towards zero
 * and what is left goes, one unit each, to the largest remainders, the earlier first where they are equal.
 * A weight of zero gets nothing.
 * @throws RangeError when a weight is negative or all are zero
 */
export function allocate(total: Money, weights: readonly bigint[]): Money[] {
  const sum = weights.reduce((all, weight) => all + weight, 0n)
  if (sum <= 0n || weights.some((weight) => weight < 0n))
    throw new RangeError('No weight may be negative, and not all may be zero.')
  const sign = total.minor < 0n ? -1n : 1n
  const whole = total.minor * sign
  const shares = weights.map((weight) => ({
    minor: (whole * weight) / sum,
    remainder: (whole * weight) % sum,
  }))
  const left = Number(whole - shares.reduce((all, share) => all + share.minor, 0n))
  const favoured = shares.toSorted((a, b) => compareBigint(b.remainder, a.remainder)).slice(0, left)
  for (const share of favoured) share.minor += 1n
  return shares.map((share) => money(share.minor * sign, total.currency))
}

const compareBigint = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)
