import { type Bucket, bucketsOf, remaining, type Sides } from './bucket.ts'
import { pairInOrderByCounterparty } from './by-amount.ts'
import { concludeMismatches } from './mismatches.ts'
import { messageOf } from './movement.ts'
import { areWithin, type PlacedLine, type PlacedMovement, type Pool, untaken } from './pool.ts'
import { onlyOutsider, onlySubset, SUBSET_CANDIDATES_MAX } from './subset.ts'
import { Torn } from './torn.ts'

/**
 * Matches what shares a reference: first pairs, then sums, last what shares it and differs in amount. What parties gave a line
 * comes before what it only mentions; and the reference that the fewest share first, because it says the most.
 */
export function matchByReference(pool: Pool): void {
  const own = bucketsOf(pool, ({ references }) => references)
  const all = bucketsOf(pool, ({ references, mentions }) => [...references, ...mentions])
  const torn = new Torn(all)
  const passes = [pair, sumUpWithFees, pairEqualAmounts, sumUp, findSubset]
  for (const pass of passes) for (const bucket of own) pass(pool, remaining(bucket))
  for (const pass of passes) {
    torn.mark(pool.lines)
    for (const bucket of all) pass(pool, remaining(bucket))
  }
  torn.unmark(pool.lines)
  sumUpLinked(pool, all)
  for (const bucket of all) pairSuspects(pool, bucket)
  for (const bucket of all) sumUpSuspects(pool, bucket)
  torn.mark(pool.lines)
  concludeMismatches(pool, own)
  concludeMismatches(pool, all)
}

function pair(pool: Pool, { lines, movements }: Bucket): void {
  if (lines.length === 1 && movements.length === 1) takeWithin(pool, 'REFERENCE', lines, movements)
}

/** All with all that was declared to be charged for them: as where a bank books what it charges as an entry beside. */
function sumUpWithFees(pool: Pool, bucket: Bucket): void {
  const { lines, movements } = bucket
  if (lines.length <= movements.length || movements.every(({ movement }) => movement.feeMinor === 0n)) return
  const came = lines.reduce((sum, { line }) => sum + line.amountMinor, 0n)
  const wanted = movements.reduce((sum, { movement }) => sum + movement.amountMinor - movement.feeMinor, 0n)
  if (came === wanted) sumUp(pool, bucket)
}

function pairEqualAmounts(pool: Pool, { lines, movements }: Bucket): void {
  if (lines.length === 0 || movements.length === 0) return
  pairInOrderByCounterparty(pool, { rule: 'REFERENCE', window_days: pool.windows.reference_days, lines, movements })
}

/** What repeats another line may be the payment of a second movement, if one of that amount is expected about then. */
function pairSuspects(pool: Pool, { lines, movements }: Bucket): void {
  const suspects = lines.filter(({ isTaken, isSuspect, isRepetition }) => !isTaken && isSuspect && !isRepetition)
  if (suspects.length === 0) return
  pairInOrderByCounterparty(pool, {
    rule: 'REFERENCE',
    window_days: pool.windows.amount_days,
    lines: suspects,
    movements,
  })
}

/** What one message tells, each under a reference of the bank, are as many movements, however much alike they are. */
function sumUpSuspects(pool: Pool, { key, lines, movements }: Bucket): void {
  const open = untaken(lines).filter(({ isRepetition }) => !isRepetition)
  if (open.every(({ isSuspect }) => !isSuspect)) return
  const called = new Set(open.map(({ line }) => line.bankReference))
  const isEachCalled = !called.has(undefined) && called.size === open.length
  const messages = new Set(open.map(({ line }) => messageOf(line)))
  if (isEachCalled && messages.size === 1) sumUp(pool, { key, lines: open, movements: untaken(movements) })
}

function sumUp(pool: Pool, { lines, movements }: Bucket): void {
  if (lines.length > 0 && movements.length > 0) takeWithin(pool, 'REFERENCE_SUM', lines, movements)
}

/** One line for some of the movements, or one movement by some of the lines. */
function findSubset(pool: Pool, { lines, movements }: Sides): void {
  const [line, movement] = [lines[0], movements[0]]
  if (line === undefined || movement === undefined || lines.length + movements.length < 3) return
  if (lines.length === 1)
    for (const withFee of [0n, 1n]) {
      const values = movements.map(({ movement: { amountMinor, feeMinor } }) => amountMinor - withFee * feeMinor)
      if (takeChosen(pool, values, line.line.amountMinor, (chosen) => [lines, chosen.map((at) => movements[at])]))
        return
    }
  else if (movements.length === 1) {
    const values = lines.map((placed) => placed.line.amountMinor)
    for (const feeMinor of new Set([0n, movement.movement.feeMinor])) {
      const target = movement.movement.amountMinor - feeMinor
      if (takeChosen(pool, values, target, (chosen) => [chosen.map((at) => lines[at]), movements])) return
    }
  }
}

type Chosen = readonly [readonly (PlacedLine | undefined)[], readonly (PlacedMovement | undefined)[]]

function takeChosen(
  pool: Pool,
  values: readonly bigint[],
  target: bigint,
  sidesOf: (indices: readonly number[]) => Chosen,
): boolean {
  const indices = subsetOf(pool, values, target)
  if (indices === undefined) return false
  const [lines, movements] = sidesOf(indices)
  return takeWithin(pool, 'REFERENCE_SUBSET', lines.filter(isPresent), movements.filter(isPresent))
}

const isPresent = <T>(value: T | undefined): value is T => value !== undefined

/** Of few, any subset; of many, all but one: what a bank turned down of a batch. */
function subsetOf(pool: Pool, values: readonly bigint[], target: bigint): number[] | undefined {
  if (!pool.maySearch(values.length)) return undefined
  if (values.length <= SUBSET_CANDIDATES_MAX) return onlySubset(values, target)
  const outsider = onlyOutsider(values, target)
  return outsider === undefined ? undefined : values.flatMap((_, at) => (at === outsider ? [] : [at]))
}

/**
 * Groups that several references join, each of which joins a part: many lines for many movements, else the part of them that
 * one line is of: what a batch moved, and not what was charged for it under the same references.
 */
function sumUpLinked(pool: Pool, buckets: readonly Bucket[]): void {
  for (const group of linkedGroups(buckets.map(remaining)))
    if (!takeWithin(pool, 'LINKED_REFERENCES', group.lines, group.movements)) findSubset(pool, referringTo(group))
}

/** Of many that are linked to one line, or to one movement, those that share a reference with it themselves. */
function referringTo({ lines, movements }: Sides): Sides {
  const shares = (line: PlacedLine) => {
    const keys = new Set([...line.line.references, ...line.line.mentions])
    return ({ movement }: PlacedMovement) => movement.references.some((key) => keys.has(key))
  }
  const [line, movement] = [lines[0], movements[0]]
  if (line !== undefined && lines.length === 1) return { lines, movements: movements.filter(shares(line)) }
  if (movement !== undefined && movements.length === 1)
    return { lines: lines.filter((each) => shares(each)(movement)), movements }
  return { lines, movements }
}

type Linked = {
  readonly keys: Set<string>
  readonly lines: Set<PlacedLine>
  readonly movements: Set<PlacedMovement>
}

/** What several references join; what one joins was looked at. */
function linkedGroups(buckets: readonly Bucket[]): Sides[] {
  const groupOf = new Map<PlacedLine | PlacedMovement, PlacedLine | PlacedMovement>()
  const rootOf = (member: PlacedLine | PlacedMovement): PlacedLine | PlacedMovement => {
    let root = member
    for (let next = groupOf.get(root); next !== undefined && next !== root; next = groupOf.get(root)) root = next
    // So that the next way is short.
    for (let at = member; at !== root; ) {
      const next = groupOf.get(at) ?? root
      groupOf.set(at, root)
      at = next
    }
    return root
  }
  for (const { lines, movements } of buckets) {
    const [first, ...others] = [...lines, ...movements]
    if (first === undefined) continue
    for (const other of others) groupOf.set(rootOf(other), rootOf(first))
  }
  const groups = new Map<PlacedLine | PlacedMovement, Linked>()
  for (const { key, lines, movements } of buckets)
    for (const member of [...lines, ...movements]) {
      const root = rootOf(member)
      const group = groups.get(root) ?? { keys: new Set(), lines: new Set(), movements: new Set() }
      groups.set(root, group)
      group.keys.add(key)
      if ('line' in member) group.lines.add(member)
      else group.movements.add(member)
    }
  return [...groups.values()]
    .filter(({ keys }) => keys.size > 1)
    .map(({ lines, movements }) => ({ lines: [...lines], movements: [...movements] }))
    .filter(({ lines, movements }) => lines.length > 0 && movements.length > 0)
}

function takeWithin(
  pool: Pool,
  rule: 'REFERENCE' | 'REFERENCE_SUM' | 'REFERENCE_SUBSET' | 'LINKED_REFERENCES',
  lines: readonly PlacedLine[],
  movements: readonly PlacedMovement[],
): boolean {
  return areWithin(pool.windows.reference_days, lines, movements) && pool.take(rule, lines, movements)
}
