import { dayNumber } from '@carriergraph/shared/day.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import type { BankLine, ExpectedMovement } from './movement.ts'
import type { MatchResult, MatchRule, MatchStatus } from './result.ts'
import { SUBSET_CANDIDATES_MAX } from './subset.ts'

export type PlacedLine = {
  readonly line: BankLine
  readonly day: number
  isTaken: boolean
  /** It repeats another line, and so is matched alone, and by reference. */
  isSuspect: boolean
  /** The bank calls it as it called that one, so that it is matched with nothing. */
  isRepetition: boolean
  /** It mentions several movements that it may be, and says of none that it is the one. */
  isTorn: boolean
}

export type PlacedMovement = { readonly movement: ExpectedMovement; readonly day: number; isTaken: boolean }

export type Windows = {
  /** How far apart a reference may still join: a reference may be used again the next quarter. */
  readonly reference_days: number
  /** How far apart the same amount alone may still be the same movement. */
  readonly amount_days: number
}

type Sums = {
  readonly linesMinor: bigint
  readonly chargesMinor: bigint
  readonly expectedMinor: bigint
  readonly feeMaxMinor: bigint
}

type Found = {
  readonly lines: readonly PlacedLine[]
  readonly movements: readonly PlacedMovement[]
  readonly sums: Sums
  readonly feeMinor: bigint
  readonly differenceMinor: bigint
}

/**
 * Sums of subsets that are looked at in one run: some seconds. What is left then stays unmatched, so that no input makes a
 * run long. A day of 100,000 lines that each stand for some of three movements takes a tenth of it.
 */
export const SEARCH_SUMS_MAX = 10_000_000

/**
 * What is to be matched in one currency and one direction, by day, amount and id, so that the order in which it was
 * given has no say; and what was found so far.
 */
export class Pool {
  readonly lines: readonly PlacedLine[]
  readonly movements: readonly PlacedMovement[]
  readonly windows: Windows
  readonly results: MatchResult[] = []
  readonly #currency: CurrencyCode
  readonly #searches: SearchBudget

  constructor(
    currency: CurrencyCode,
    lines: readonly PlacedLine[],
    movements: readonly PlacedMovement[],
    windows: Windows,
    searches: SearchBudget,
  ) {
    this.#currency = currency
    this.lines = lines
    this.movements = movements
    this.windows = windows
    this.#searches = searches
  }

  /** Makes a MATCHED result of them where what they sum to is the same, fees as declared set aside. */
  take(rule: MatchRule, lines: readonly PlacedLine[], movements: readonly PlacedMovement[]): boolean {
    const sums = sumsOf(lines, movements)
    const feeMinor = feeBetween(sums)
    if (feeMinor === undefined) return false
    this.#add('MATCHED', rule, { lines, movements, sums, feeMinor, differenceMinor: 0n })
    return true
  }

  /** Makes a result of another status of them. */
  conclude(
    status: Exclude<MatchStatus, 'MATCHED'>,
    rule: MatchRule,
    lines: readonly PlacedLine[],
    movements: readonly PlacedMovement[],
  ): void {
    const sums = sumsOf(lines, movements)
    const differenceMinor = sums.linesMinor - sums.expectedMinor
    this.#add(status, rule, { lines, movements, sums, feeMinor: 0n, differenceMinor })
  }

  /** Makes a result of a line that another one tells as well, and of what it says beyond that one. */
  concludeToldAgain(placed: PlacedLine, differenceMinor: bigint): void {
    const lines = [placed]
    const status = differenceMinor === 0n ? 'DUPLICATE' : 'AMOUNT_MISMATCH'
    this.#add(status, 'ALSO_NOTIFIED', { lines, movements: [], sums: sumsOf(lines, []), feeMinor: 0n, differenceMinor })
  }

  /** @returns whether one more subset search may be made, among so many candidates */
  maySearch(candidates: number): boolean {
    return this.#searches.take(candidates)
  }

  #add(status: MatchStatus, rule: MatchRule, { lines, movements, sums, feeMinor, differenceMinor }: Found): void {
    for (const placed of lines) placed.isTaken = true
    for (const placed of movements) placed.isTaken = true
    const { linesMinor, expectedMinor, feeMaxMinor } = sums
    this.results.push({
      status,
      rule,
      currency: this.#currency,
      lines: lines.map(({ line }) => line.id),
      expected: movements.map(({ movement }) => movement.id),
      linesMinor,
      expectedMinor,
      feeMinor,
      feeMaxMinor,
      differenceMinor,
    })
  }
}

export class SearchBudget {
  #left = SEARCH_SUMS_MAX

  /** A search looks at the sums of all subsets of either half, and costs something however few those are. */
  take(candidates: number): boolean {
    const sums = SEARCH_SUMS_MIN + 2 * 2 ** Math.ceil(Math.min(candidates, SUBSET_CANDIDATES_MAX) / 2)
    if (this.#left < sums) return false
    this.#left -= sums
    return true
  }

  get used(): number {
    return SEARCH_SUMS_MAX - this.#left
  }
}

/** What a search takes beside its sums. */
const SEARCH_SUMS_MIN = 4

export const untaken = <T extends { readonly isTaken: boolean }>(placed: readonly T[]): T[] =>
  placed.filter(({ isTaken }) => !isTaken)

/** Those that may be matched by less than a reference of their own. */
export const unsuspected = (lines: readonly PlacedLine[]): PlacedLine[] =>
  lines.filter(({ isTaken, isSuspect, isTorn }) => !isTaken && !isSuspect && !isTorn)

/** Whether all of them lie within that many days. */
export function areWithin(window_days: number, ...sides: readonly (readonly { readonly day: number }[])[]): boolean {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const side of sides)
    for (const { day } of side) {
      first = Math.min(first, day)
      last = Math.max(last, day)
    }
  return last - first <= window_days
}

function sumsOf(lines: readonly PlacedLine[], movements: readonly PlacedMovement[]): Sums {
  let [linesMinor, chargesMinor, expectedMinor, feeMaxMinor] = [0n, 0n, 0n, 0n]
  for (const { line } of lines) {
    linesMinor += line.amountMinor
    chargesMinor += line.chargesMinor
  }
  for (const { movement } of movements) {
    expectedMinor += movement.amountMinor
    feeMaxMinor += movement.feeMinor
  }
  return { linesMinor, chargesMinor, expectedMinor, feeMaxMinor }
}

/**
 * The fee by which lines and expectation differ: none, all that was declared, or what the bank says it kept back, up to
 * what was declared. Undefined for every other difference.
 */
function feeBetween({ linesMinor, chargesMinor, expectedMinor, feeMaxMinor }: Sums): bigint | undefined {
  const short = expectedMinor - linesMinor
  const isStated = short === chargesMinor && short > 0n && short <= feeMaxMinor
  return short === 0n || short === feeMaxMinor || isStated ? short : undefined
}

export const placeLine = (line: BankLine): PlacedLine => ({
  line,
  day: dayNumber(line.bookedOn),
  isTaken: false,
  isSuspect: false,
  isRepetition: false,
  isTorn: false,
})

export const placeMovement = (movement: ExpectedMovement): PlacedMovement => ({
  movement,
  day: dayNumber(movement.expectedOn),
  isTaken: false,
})
