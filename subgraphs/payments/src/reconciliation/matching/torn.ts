import type { Bucket } from './bucket.ts'
import { type PlacedLine, type PlacedMovement, untaken } from './pool.ts'

/** Equal movements of one reference that are looked at. */
const TRIES_MAX = 16

/** In the order of their days; those before `from` are taken. */
type Equal = { readonly movements: PlacedMovement[]; from: number }

/**
 * Lines that mention movements apart from one another of which each may be the one: a customer names the invoice that is paid and
 * the one that is not. To take any of them would be a guess.
 */
export class Torn {
  /** By reference, then by what the account may gain of a movement. */
  readonly #movements = new Map<string, Map<bigint, Equal>>()

  constructor(buckets: readonly Bucket[]) {
    for (const { key, movements } of buckets) {
      const byAmount = new Map<bigint, Equal>()
      for (const placed of movements) {
        const { amountMinor, feeMinor } = placed.movement
        for (const minor of new Set([amountMinor, amountMinor - feeMinor])) {
          const same = byAmount.get(minor)
          if (same === undefined) byAmount.set(minor, { movements: [placed], from: 0 })
          else same.movements.push(placed)
        }
      }
      this.#movements.set(key, byAmount)
    }
  }

  /** Marks those of the lines that are torn now. */
  mark(lines: readonly PlacedLine[]): void {
    for (const placed of lines) placed.isTorn = !placed.isTaken && this.#isTorn(placed)
  }

  unmark(lines: readonly PlacedLine[]): void {
    for (const placed of lines) placed.isTorn = false
  }

  #isTorn({ line }: PlacedLine): boolean {
    const found: { readonly key: string; readonly movements: readonly PlacedMovement[] }[] = []
    for (const key of line.mentions) {
      const movements = this.#openOf(key, line.amountMinor)
      if (movements.length === 0) continue
      const isApart = found.some(
        (other) =>
          !movements.some(({ movement }) => movement.references.includes(other.key)) &&
          !other.movements.some(({ movement }) => movement.references.includes(key)),
      )
      if (isApart) return true
      found.push({ key, movements })
    }
    return false
  }

  #openOf(key: string, amountMinor: bigint): PlacedMovement[] {
    const equal = this.#movements.get(key)?.get(amountMinor)
    if (equal === undefined) return []
    // What was taken is not read again: the oldest are first.
    while (equal.movements[equal.from]?.isTaken) equal.from += 1
    return untaken(equal.movements.slice(equal.from, equal.from + TRIES_MAX))
  }
}
