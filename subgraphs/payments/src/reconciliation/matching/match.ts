import { dayNumber } from '@carriergraph/shared/day.ts'
import type { CurrencyCode } from '@carriergraph/shared/money/currencies.ts'
import { matchByAmount } from './by-amount.ts'
import { byEntry, matchByEntry } from './by-entry.ts'
import { matchByReference } from './by-reference.ts'
import { matchBySum } from './by-sum.ts'
import type { BankLine, ExpectedMovement, KnownLine } from './movement.ts'
import { Pool, placeLine, placeMovement, SearchBudget, untaken, type Windows } from './pool.ts'
import { markRepeats, repeatedExpectations } from './repeats.ts'
import type { MatchResult } from './result.ts'
import { linesToldTwice } from './told-twice.ts'

export type MatchOptions = Windows & {
  /** A movement that is expected is missing when it has not come so many days after its day. */
  readonly awaited_days: number
}

/** A booking day at the other bank, a weekend and a holiday lie between; a reference is not used again for a quarter. */
export const MATCH_DEFAULTS: MatchOptions = { reference_days: 60, amount_days: 5, awaited_days: 5 }

export type MatchInput = {
  readonly lines: readonly BankLine[]
  readonly expected: readonly ExpectedMovement[]
  /** Lines that were dealt with before, and that one of `lines` may repeat. They are in no result. */
  readonly known?: readonly KnownLine[]
  /** Movements that were matched before, and that one of `expected` may repeat. They are in no result. */
  readonly met?: readonly ExpectedMovement[]
  /** The day that is reconciled, YYYY-MM-DD: what is expected then may still be on its way. */
  readonly day: string
  readonly options?: MatchOptions
}

export type Matched = {
  readonly results: readonly MatchResult[]
  /** Sums of subsets that were looked at, at most SEARCH_SUMS_MAX. */
  readonly searchedSums: number
}

/**
 * Matches the lines of bank statements with what was expected. Pure, and the order of the input has no say. Each line and
 * each movement is in exactly one result, which is of one currency and one direction. Takes about as long as it takes to
 * sort the input: by reference, then by amount and day, line by line and entry by entry, then by sums in a bounded search.
 * @throws RangeError for an id that is given twice, and for an expected movement of nothing
 */
export function match({ lines, expected, known = [], met = [], day, options = MATCH_DEFAULTS }: MatchInput): Matched {
  refuseRepeatedIds([...lines, ...expected])
  const searches = new SearchBudget()
  const results: MatchResult[] = []
  const today = dayNumber(day)
  // Before directions part: charges inside an entry go the other way.
  const toldTwice = linesToldTwice(lines, known, options.amount_days)
  for (const part of parted({ lines, expected, known, met })) {
    const pool = new Pool(
      part.currency,
      part.lines.map(placeLine).sort(byDay(({ line }) => line)),
      part.expected.map(placeMovement).sort(byDay(({ movement }) => movement)),
      options,
      searches,
    )
    const toldAgain = pool.lines.flatMap((placed) => {
      const beyond = toldTwice.get(placed.line.id)
      if (beyond === undefined) return []
      pool.concludeToldAgain(placed, beyond)
      return [{ ...placed.line, standing: 'TOLD_AGAIN' as const }]
    })
    markRepeats(pool, [...part.known, ...toldAgain])
    matchByReference(pool)
    matchByAmount(pool)
    matchByEntry(pool)
    matchBySum(pool)
    concludeRest(pool, part.met, today - options.awaited_days)
    for (const result of pool.results) results.push(result)
  }
  return { results, searchedSums: searches.used }
}

type Part = {
  readonly currency: CurrencyCode
  readonly lines: BankLine[]
  readonly expected: ExpectedMovement[]
  readonly known: KnownLine[]
  readonly met: ExpectedMovement[]
}

/** Each currency and each direction for itself: what came in never explains what went out. */
function parted({
  lines,
  expected,
  known,
  met,
}: Required<Pick<MatchInput, 'lines' | 'expected' | 'known' | 'met'>>): Iterable<Part> {
  const parts = new Map<string, Part>()
  const partOf = ({ currency, amountMinor }: BankLine | ExpectedMovement): Part => {
    const key = `${currency} ${amountMinor > 0n ? 1 : amountMinor < 0n ? -1 : 0}`
    const part = parts.get(key) ?? { currency, lines: [], expected: [], known: [], met: [] }
    parts.set(key, part)
    return part
  }
  for (const line of lines) partOf(line).lines.push(line)
  for (const line of known) partOf(line).known.push(line)
  for (const movement of met) partOf(movement).met.push(movement)
  for (const movement of expected) {
    if (movement.amountMinor === 0n || movement.feeMinor < 0n)
      throw new RangeError(`${movement.id}: an expected movement is of more than nothing, and its fee of no less.`)
    partOf(movement).expected.push(movement)
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part)
}

type Sortable = { readonly id: string; readonly amountMinor: bigint }

const byDay =
  <T extends { readonly day: number }>(of: (placed: T) => Sortable) =>
  (a: T, b: T): number =>
    a.day - b.day || compare(of(a).amountMinor, of(b).amountMinor) || compare(of(a).id, of(b).id)

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

function refuseRepeatedIds(all: readonly { readonly id: string }[]): void {
  const ids = new Set<string>()
  for (const { id } of all) {
    if (ids.has(id)) throw new RangeError(`${id} is given twice.`)
    ids.add(id)
  }
}

function concludeRest(pool: Pool, met: readonly ExpectedMovement[], lastDayMissing: number): void {
  // What a bank charged for a batch is one case, and not one for each of its transactions.
  for (const charges of byEntry(
    pool.lines.filter(({ line, isTaken, isSuspect }) => line.isCharge && !isTaken && !isSuspect),
  ))
    pool.conclude('MISSING_INTERNALLY', 'NO_COUNTERPART', charges, [])
  for (const placed of untaken(pool.lines))
    if (placed.line.amountMinor === 0n) pool.take('ZERO_LINE', [placed], [])
    else if (placed.isSuspect) pool.conclude('DUPLICATE', 'REPEATED_LINE', [placed], [])
    else pool.conclude('MISSING_INTERNALLY', 'NO_COUNTERPART', [placed], [])
  const isRepeated = repeatedExpectations(pool, met)
  for (const placed of untaken(pool.movements))
    if (isRepeated(placed)) pool.conclude('DUPLICATE', 'REPEATED_EXPECTATION', [], [placed])
    else if (placed.day < lastDayMissing) pool.conclude('MISSING_EXTERNALLY', 'NO_COUNTERPART', [], [placed])
    else pool.conclude('AWAITED', 'NOT_DUE', [], [placed])
}
