import { type PlacedLine, type PlacedMovement, type Pool, unsuspected } from './pool.ts'
import type { MatchRule } from './result.ts'
import { daysWithin, severalAccounts } from './several-accounts.ts'

/**
 * Whether nothing that they say of themselves speaks against it: of two that were both given references, and share
 * none, the same amount is chance.
 */
export const mayBeSame = ({ line }: PlacedLine, { movement }: PlacedMovement): boolean =>
  (line.references.length === 0 || movement.references.length === 0) &&
  (line.counterparty === undefined ||
    movement.counterparty === undefined ||
    line.counterparty === movement.counterparty)

type Valuation = {
  readonly ofLine: (line: PlacedLine['line']) => bigint | undefined
  readonly ofMovement: (movement: PlacedMovement['movement']) => bigint | undefined
}

/** What has to be equal: the amounts as they are; the amount after the declared fee; the amount before the bank's charges. */
const VALUATIONS: readonly Valuation[] = [
  { ofLine: ({ amountMinor }) => amountMinor, ofMovement: ({ amountMinor }) => amountMinor },
  {
    ofLine: ({ amountMinor }) => amountMinor,
    ofMovement: ({ amountMinor, feeMinor }) => (feeMinor > 0n ? amountMinor - feeMinor : undefined),
  },
  {
    ofLine: ({ amountMinor, chargesMinor }) => (chargesMinor > 0n ? amountMinor + chargesMinor : undefined),
    ofMovement: ({ amountMinor }) => amountMinor,
  },
]

type Candidates = {
  readonly rule: MatchRule
  readonly window_days: number
  readonly lines: readonly PlacedLine[]
  readonly movements: readonly PlacedMovement[]
  /** Nothing but amount and day says that they belong together. */
  readonly isAnonymous?: boolean
}

/**
 * Pairs what has the same amount within the window, the oldest with the oldest: of many equal ones, each may be any, and
 * as many pairs as possible are found this way.
 */
export function pairInOrder(pool: Pool, candidates: Candidates): void {
  for (const valuation of VALUATIONS) {
    const movements = grouped(candidates.movements, ({ movement }) => valuation.ofMovement(movement))
    if (movements.size === 0) continue
    const lines = grouped(candidates.lines, ({ line }) => valuation.ofLine(line))
    for (const [value, ofValue] of lines)
      pairEqual(pool, { ...candidates, lines: ofValue, movements: movements.get(value) ?? [] })
  }
}

function grouped<T extends { readonly isTaken: boolean }>(
  placed: readonly T[],
  amountOf: (one: T) => bigint | undefined,
): Map<bigint, T[]> {
  const groups = new Map<bigint, T[]>()
  for (const one of placed) {
    const value = one.isTaken ? undefined : amountOf(one)
    if (value === undefined) continue
    const group = groups.get(value)
    if (group === undefined) groups.set(value, [one])
    else group.push(one)
  }
  return groups
}

/** Equal movements that one line is tried with. Only declared fees can tell them apart, and those are few. */
const TRIES_MAX = 64

/** Both sides are in the order of their days, so that what is too old for one line is too old for all that follow. */
function pairEqual(pool: Pool, { rule, window_days, lines, movements, isAnonymous = false }: Candidates): void {
  const isContested = isAnonymous ? contest(lines, movements, window_days) : () => false
  let next = 0
  for (const placed of lines) {
    while (isBehind(movements[next], placed.day - window_days)) next += 1
    if (next === movements.length) return
    if (isContested(placed)) continue
    for (const candidate of movements.slice(next, next + TRIES_MAX)) {
      if (candidate.day > placed.day + window_days) break
      // What the bank kept back may be more than was declared for this one, and not for the next.
      if (!candidate.isTaken && pool.take(rule, [placed], [candidate])) break
    }
  }
}

/**
 * Tells of which lines it would be a guess what they are: what is expected about then by references is not all the same, where more of
 * it is than comes, or where more comes and of several accounts.
 */
function contest(
  lines: readonly PlacedLine[],
  movements: readonly PlacedMovement[],
  window_days: number,
): (placed: PlacedLine) => boolean {
  if (movements.every(({ movement }) => movement.references.length === 0)) return () => false
  const came = lines.map(({ day }) => day)
  const expected = movements.map(({ day }) => day)
  const named = movements.filter(({ movement }) => movement.references.length > 0).map(({ day }) => day)
  const areOfSeveral = severalAccounts(lines)
  return ({ day }) => {
    const [from, to] = [day - window_days, day + window_days]
    if (daysWithin(named, from, to).count === 0) return false
    const { count, first, last } = daysWithin(expected, from, to)
    if (count > daysWithin(came, from, to).count) return true
    // What may be of any of these.
    const [earliest, latest] = [first - window_days, last + window_days]
    return daysWithin(came, earliest, latest).count > count && areOfSeveral(earliest, latest)
  }
}

const isBehind = (movement: PlacedMovement | undefined, day: number): boolean =>
  movement !== undefined && (movement.isTaken || movement.day < day)

/**
 * Matches what shares no reference by amount and day: first where the account at the other end is the same, then where one
 * side does not say it, and it is no guess. What was given references on both sides is left alone.
 */
export function matchByAmount(pool: Pool): void {
  const lines = unsuspected(pool.lines)
  const movements = pool.movements.filter(({ isTaken }) => !isTaken)
  if (lines.length === 0 || movements.length === 0) return
  const isBare = {
    lines: lines.filter(({ line }) => line.references.length === 0),
    movements: movements.filter(({ movement }) => movement.references.length === 0),
  }
  // Each pair of sides in which one was given no reference.
  const sides = [
    { lines: isBare.lines, movements },
    { lines, movements: isBare.movements },
  ]
  const pairUp = (candidates: Pick<Candidates, 'lines' | 'movements' | 'isAnonymous'>) =>
    pairInOrder(pool, { ...candidates, rule: 'AMOUNT_AND_DATE', window_days: pool.windows.amount_days })
  for (const side of sides) for (const candidates of byCounterparty(side)) pairUp(candidates)
  for (const side of sides) {
    pairUp({ ...side, isAnonymous: true, lines: side.lines.filter(({ line }) => line.counterparty === undefined) })
    pairUp({
      ...side,
      isAnonymous: true,
      movements: side.movements.filter(({ movement }) => movement.counterparty === undefined),
    })
  }
}

/**
 * The same among what shares a reference, which many may do: what is of the same account at the other end first, then where one
 * side does not say it, and last whatever it says.
 */
export function pairInOrderByCounterparty(pool: Pool, { lines, movements, ...by }: Candidates): void {
  const pairUp = (sides: Sides) => pairInOrder(pool, { ...by, ...sides })
  for (const sides of byCounterparty({ lines, movements })) pairUp(sides)
  pairUp({
    lines: lines.filter(({ line }) => line.counterparty !== undefined),
    movements: movements.filter(({ movement }) => movement.counterparty === undefined),
  })
  pairUp({ lines: lines.filter(({ line }) => line.counterparty === undefined), movements })
  pairUp({ lines, movements })
}

type Sides = Pick<Candidates, 'lines' | 'movements'>

/** Those of each account at the other end that is named on both sides. */
export function byCounterparty({ lines, movements }: Sides): Sides[] {
  const groups = new Map<string, { lines: PlacedLine[]; movements: PlacedMovement[] }>()
  for (const placed of movements) {
    const { counterparty } = placed.movement
    if (counterparty === undefined) continue
    const group = groups.get(counterparty)
    if (group === undefined) groups.set(counterparty, { lines: [], movements: [placed] })
    else group.movements.push(placed)
  }
  for (const placed of lines) {
    const { counterparty } = placed.line
    if (counterparty !== undefined) groups.get(counterparty)?.lines.push(placed)
  }
  return [...groups.values()].filter((group) => group.lines.length > 0)
}
