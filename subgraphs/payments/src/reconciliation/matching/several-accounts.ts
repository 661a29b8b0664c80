import type { PlacedLine } from './pool.ts'

/**
 * Tells whether lines, which go up by day, are of several accounts at the other end, from one day to another, both included. Those
 * that name none may be of any.
 */
export function severalAccounts(lines: readonly PlacedLine[]): (from: number, to: number) => boolean {
  const named = lines.filter(({ line }) => line.counterparty !== undefined)
  const days = named.map(({ day }) => day)
  // For each, the place of the first behind it that is of another one.
  const other = new Array<number>(named.length).fill(named.length)
  for (let at = named.length - 2; at >= 0; at -= 1) {
    const isSame = named[at]?.line.counterparty === named[at + 1]?.line.counterparty
    other[at] = isSame ? (other[at + 1] ?? named.length) : at + 1
  }
  return (from, to) => {
    const { start, end } = daysWithin(days, from, to)
    return (other[start] ?? named.length) < end
  }
}

/** Which of `days`, which go up, lie from the one to the other, both included: their places from `start` to before `end`. */
export function daysWithin(days: readonly number[], from: number, to: number) {
  const [start, end] = [firstAtLeast(days, from), firstAtLeast(days, to + 1)]
  return { start, end, count: end - start, first: days[start] ?? from, last: days[end - 1] ?? to }
}

function firstAtLeast(days: readonly number[], least: number): number {
  let [low, high] = [0, days.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((days[middle] ?? least) < least) low = middle + 1
    else high = middle
  }
  return low
}
