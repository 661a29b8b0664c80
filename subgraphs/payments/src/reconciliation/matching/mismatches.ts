import { type Bucket, remaining, type Sides } from './bucket.ts'
import { areWithin, type PlacedLine, type PlacedMovement, type Pool } from './pool.ts'

/** More of them that do not add up are told one by one: nobody could look at them as one case. */
const MISMATCH_MEMBERS_MAX = 100

/**
 * Makes cases of what shares references and not the amount: of a line with all movements that it names, or of a movement with all
 * lines that name it, whether by one reference or by several; else of what is left of one reference.
 */
export function concludeMismatches(pool: Pool, buckets: readonly Bucket[]): void {
  const alone = new Set<PlacedLine>()
  for (const { lines, movements } of stars(namings(buckets.map(remaining)))) {
    if (lines.length + movements.length > MISMATCH_MEMBERS_MAX) for (const line of lines) alone.add(line)
    else if (areWithin(pool.windows.reference_days, lines, movements))
      pool.conclude(
        'AMOUNT_MISMATCH',
        isOfOneReference(lines, movements) ? 'REFERENCE' : 'LINKED_REFERENCES',
        lines,
        movements,
      )
  }
  for (const bucket of buckets) mismatch(pool, remaining(bucket), alone)
}

/** What is left has the reference in common and not the amount. */
function mismatch(pool: Pool, { lines: sharing, movements }: Bucket, alone: ReadonlySet<PlacedLine>): void {
  const lines = sharing.filter((line) => !alone.has(line))
  const isCase = lines.length === 1 || movements.length === 1
  if (!isCase || lines.length === 0 || movements.length === 0) return
  if (lines.length + movements.length > MISMATCH_MEMBERS_MAX) return
  if (!areWithin(pool.windows.reference_days, lines, movements)) return
  pool.conclude('AMOUNT_MISMATCH', 'REFERENCE', lines, movements)
}

/** Which movements each line names. */
type Namings = ReadonlyMap<PlacedLine, ReadonlySet<PlacedMovement>>

/**
 * A line names what shares a reference with it that says the most: of a reference that joins it to the movements of another one and
 * to more, as the number of a customer beside that of an invoice, it names none.
 */
function namings(buckets: readonly Bucket[]): Namings {
  const ofLine = new Map<PlacedLine, ReadonlySet<PlacedMovement>[]>()
  // The reference that the fewest share comes first.
  for (const { lines, movements } of buckets.toSorted((a, b) => a.movements.length - b.movements.length)) {
    if (movements.length === 0 || movements.length > MISMATCH_MEMBERS_MAX) continue
    const joined = new Set(movements)
    for (const line of lines) {
      const kept = ofLine.get(line) ?? []
      if (!kept.some((other) => [...other].every((movement) => joined.has(movement)))) kept.push(joined)
      ofLine.set(line, kept)
    }
  }
  return new Map([...ofLine].map(([line, kept]) => [line, new Set(kept.flatMap((joined) => [...joined]))]))
}

/** Three or more, of which one alone names the others, or is alone named by them. */
function* stars(named: Namings): Generator<Sides> {
  const naming = new Map<PlacedMovement, PlacedLine[]>()
  for (const [line, movements] of named)
    for (const movement of movements) {
      const lines = naming.get(movement)
      if (lines === undefined) naming.set(movement, [line])
      else lines.push(line)
    }
  for (const [line, movements] of named)
    if (movements.size > 1 && [...movements].every((movement) => naming.get(movement)?.length === 1))
      yield { lines: [line], movements: [...movements] }
  for (const [movement, lines] of naming)
    if (lines.length > 1 && lines.every((line) => named.get(line)?.size === 1)) yield { lines, movements: [movement] }
}

/** Whether there is a reference that all of them share. */
function isOfOneReference(lines: readonly PlacedLine[], movements: readonly PlacedMovement[]): boolean {
  const [first, ...others] = movements
  return (
    first?.movement.references.some(
      (key) =>
        others.every(({ movement }) => movement.references.includes(key)) &&
        lines.every(({ line }) => line.references.includes(key) || line.mentions.includes(key)),
    ) ?? false
  )
}
