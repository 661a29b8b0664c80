/** Half of the subsets of as many are 256, so that a search is a few hundred steps. */
export const SUBSET_CANDIDATES_MAX = 16

/**
 * The one subset of `values` that sums to `target`, as indices in their order. Undefined where there is none, where there
 * is more than one (which of them it is, would be a guess), and where there are too many values to look.
 */
export function onlySubset(values: readonly bigint[], target: bigint): number[] | undefined {
  if (values.length > SUBSET_CANDIDATES_MAX || values.length === 0) return undefined
  const middle = values.length >> 1
  const first = sumsOfSubsets(values.slice(0, middle))
  const second = sumsOfSubsets(values.slice(middle))
  const bySum = new Map<bigint, number[]>()
  for (const [subset, sum] of first.entries()) {
    const known = bySum.get(sum)
    if (known === undefined) bySum.set(sum, [subset])
    else known.push(subset)
  }
  let found: number | undefined
  for (const [subset, sum] of second.entries()) {
    for (const other of bySum.get(target - sum) ?? []) {
      if (found !== undefined) return undefined
      found = other | (subset << middle)
    }
  }
  if (found === undefined) return undefined
  const chosen = found
  return values.flatMap((_, index) => (chosen & (1 << index) ? [index] : []))
}

/** The sum of each subset, which is the set of the bits of its index. */
function sumsOfSubsets(values: readonly bigint[]): bigint[] {
  const sums = [0n]
  for (const value of values) for (const sum of sums.slice()) sums.push(sum + value)
  return sums
}

/** The one value that has to be left out for the rest to sum to `target`; undefined where none or several would do. */
export function onlyOutsider(values: readonly bigint[], target: bigint): number | undefined {
  let sum = -target
  for (const value of values) sum += value
  const at = values.indexOf(sum)
  return at < 0 || values.indexOf(sum, at + 1) >= 0 ? undefined : at
}
