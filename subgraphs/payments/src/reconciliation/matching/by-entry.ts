import { mayBeSame } from './by-amount.ts'
import { type PlacedLine, type PlacedMovement, type Pool, unsuspected } from './pool.ts'

/** Equal movements that one entry is tried with. */
const TRIES_MAX = 64

/**
 * Matches what the bank tells as one entry, and in its parts, with a movement of all of it: a batch that was expected as one sum,
 * or what was charged for it. As with single lines, by amount and day, of equal movements the oldest; and only where all of the
 * entry is left.
 */
export function matchByEntry(pool: Pool): void {
  const entries = byEntry(pool.lines).filter((lines) => lines.length > 1 && unsuspected(lines).length === lines.length)
  if (entries.length === 0) return
  const movements = byAmount(pool.movements)
  for (const lines of entries) {
    const sum = lines.reduce((total, { line }) => total + line.amountMinor, 0n)
    const fits = (movement: PlacedMovement) =>
      !movement.isTaken && lines.every((line) => isNear(pool, line, movement) && mayBeSame(line, movement))
    const open = (movements.get(sum) ?? []).filter(({ isTaken }) => !isTaken)
    const found = open.slice(0, TRIES_MAX).filter(fits)
    // Of several that are expected by references it is not all the same which has come.
    if (found.length > 1 && found.some(({ movement }) => movement.references.length > 0)) continue
    found.some((movement) => pool.take('ENTRY_SUM', lines, [movement]))
  }
}

/** The lines of each entry, in their order. */
export const byEntry = (lines: readonly PlacedLine[]): PlacedLine[][] => [
  ...Map.groupBy(lines, ({ line }) => line.entry).values(),
]

/** By what the account may gain of it: the amount as it is, and after the declared fee. */
function byAmount(placed: readonly PlacedMovement[]): ReadonlyMap<bigint, readonly PlacedMovement[]> {
  const found = new Map<bigint, PlacedMovement[]>()
  for (const one of placed) {
    if (one.isTaken) continue
    const { amountMinor, feeMinor } = one.movement
    for (const minor of new Set([amountMinor, amountMinor - feeMinor])) {
      const same = found.get(minor)
      if (same === undefined) found.set(minor, [one])
      else same.push(one)
    }
  }
  return found
}

const isNear = ({ windows }: Pool, line: PlacedLine, movement: PlacedMovement): boolean =>
  Math.abs(line.day - movement.day) <= windows.amount_days
