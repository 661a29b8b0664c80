import { byCounterparty, mayBeSame } from './by-amount.ts'
import { areWithin, type PlacedLine, type PlacedMovement, type Pool, unsuspected, untaken } from './pool.ts'
import { severalAccounts } from './several-accounts.ts'
import { onlySubset, SUBSET_CANDIDATES_MAX } from './subset.ts'

/** Without a name at the other end, few enough that a sum which fits by chance is unlikely. */
export const ANONYMOUS_CANDIDATES_MAX = 8
/** Members of a group that is matched by nothing but its sum and its counterparty. */
export const GROUP_MEMBERS_MAX = 1_000

/**
 * Matches what shares no reference and is split on one side: one line for several movements, several lines for one,
 * several for several. Bounded: see SUBSET_CANDIDATES_MAX, ANONYMOUS_CANDIDATES_MAX and SEARCH_SUMS_MAX.
 */
export function matchBySum(pool: Pool): void {
  const lines = unsuspected(pool.lines)
  const movements = untaken(pool.movements)
  const groups = byCounterparty({ lines, movements })
  for (const group of groups) splitMovements(pool, group.lines, group.movements, SUBSET_CANDIDATES_MAX)
  for (const group of groups) splitLines(pool, group.lines, group.movements, SUBSET_CANDIDATES_MAX)
  for (const group of groups) sumUp(pool, untaken(group.lines), untaken(group.movements))
  const left = untaken(lines)
  splitMovements(pool, left, untaken(movements), ANONYMOUS_CANDIDATES_MAX, rivalry(pool, left))
  splitLines(pool, untaken(lines), withoutRivals(pool, untaken(movements)), ANONYMOUS_CANDIDATES_MAX)
}

/** Tells whether another account has paid the same about then: which of the two was expected by references, would be a guess. */
function rivalry({ windows }: Pool, lines: readonly PlacedLine[]): IsGuess {
  const byAmount = new Map(
    [...Map.groupBy(lines, ({ line }) => line.amountMinor)].map(([minor, equal]) => [minor, severalAccounts(equal)]),
  )
  return ({ line }, chosen) => {
    if (chosen.every(({ movement }) => movement.references.length === 0)) return false
    const days = chosen.map(({ day }) => day)
    const [first, last] = [Math.min(...days), Math.max(...days)]
    return byAmount.get(line.amountMinor)?.(last - windows.amount_days, first + windows.amount_days) ?? false
  }
}

type IsGuess = (line: PlacedLine, chosen: readonly PlacedMovement[]) => boolean

/** Without those that are expected by a reference while another of the same amount is: which of them it is, would be a guess. */
function withoutRivals({ windows }: Pool, movements: readonly PlacedMovement[]): PlacedMovement[] {
  const ofRivals = new Set<PlacedMovement>()
  for (const rivals of Map.groupBy(movements, ({ movement }) => movement.amountMinor).values()) {
    if (rivals.every(({ movement }) => movement.references.length === 0)) continue
    for (const [at, placed] of rivals.entries()) {
      // They are in the order of their days: the nearest is beside it.
      const nearest = [rivals[at - 1] ?? [], rivals[at + 1] ?? []].flat()
      if (nearest.some(({ day }) => Math.abs(day - placed.day) <= windows.amount_days)) ofRivals.add(placed)
    }
  }
  return movements.filter((placed) => !ofRivals.has(placed))
}

function splitMovements(
  pool: Pool,
  lines: readonly PlacedLine[],
  movements: readonly PlacedMovement[],
  candidates_max: number,
  isGuess: IsGuess = () => false,
): void {
  const near = new Nearby(movements, pool.windows.amount_days)
  for (const placed of lines) {
    const candidates = near.around(placed.day, candidates_max)?.filter((one) => mayBeSame(placed, one)) ?? []
    if (candidates.length < 2) continue
    for (const withFee of [0n, 1n]) {
      const values = candidates.map(({ movement: { amountMinor, feeMinor } }) => amountMinor - withFee * feeMinor)
      const chosen = pick(pool, candidates, values, placed.line.amountMinor)
      if (chosen && !isGuess(placed, chosen) && pool.take('SUBSET', [placed], chosen)) break
      if (candidates.every(({ movement }) => movement.feeMinor === 0n)) break
    }
  }
}

function splitLines(
  pool: Pool,
  lines: readonly PlacedLine[],
  movements: readonly PlacedMovement[],
  candidates_max: number,
): void {
  const near = new Nearby(lines, pool.windows.amount_days)
  for (const placed of movements) {
    if (placed.isTaken) continue
    const candidates = near.around(placed.day, candidates_max)?.filter((one) => mayBeSame(one, placed)) ?? []
    if (candidates.length < 2) continue
    const values = candidates.map(({ line }) => line.amountMinor)
    const { amountMinor, feeMinor } = placed.movement
    for (const target of new Set([amountMinor, amountMinor - feeMinor])) {
      const chosen = pick(pool, candidates, values, target)
      if (chosen && pool.take('SUBSET', chosen, [placed])) break
    }
  }
}

function pick<T>(pool: Pool, candidates: readonly T[], values: readonly bigint[], target: bigint): T[] | undefined {
  if (!pool.maySearch(values.length)) return undefined
  const indices = onlySubset(values, target)
  return indices && candidates.filter((_, at) => indices.includes(at))
}

/** All that is left with one counterparty. */
function sumUp(pool: Pool, lines: readonly PlacedLine[], movements: readonly PlacedMovement[]): void {
  if (lines.length === 0 || movements.length === 0 || lines.length + movements.length > GROUP_MEMBERS_MAX) return
  if (!areWithin(pool.windows.amount_days, lines, movements)) return
  if (lines.some((line) => !movements.every((movement) => mayBeSame(line, movement)))) return
  pool.take('COUNTERPARTY_SUM', lines, movements)
}

/** What lies within a window around a day, for days that go up. */
class Nearby<T extends { readonly day: number; readonly isTaken: boolean }> {
  readonly #placed: readonly T[]
  readonly #window_days: number
  #from = 0

  constructor(placed: readonly T[], window_days: number) {
    this.#placed = placed
    this.#window_days = window_days
  }

  /** Undefined where there are more than `most`: what is more is not even read to its end. */
  around(day: number, most: number): T[] | undefined {
    while (this.#isBefore(day - this.#window_days)) this.#from += 1
    const found: T[] = []
    for (let at = this.#from, read = 0; at < this.#placed.length; at += 1, read += 1) {
      const one = this.#placed[at]
      if (one === undefined || one.day > day + this.#window_days) break
      if (read === READ_MAX) return undefined
      if (one.isTaken) continue
      if (found.length === most) return undefined
      found.push(one)
    }
    return found
  }

  #isBefore(day: number): boolean {
    const one = this.#placed[this.#from]
    return one !== undefined && (one.day < day || one.isTaken)
  }
}

/** Of what lies near a day: those that were taken meanwhile are read as well. */
const READ_MAX = 64
