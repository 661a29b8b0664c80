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
  for (const { lines, movements } of stars(new Namings(buckets.map(remaining)))) {
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

/**
 * By which references each line names movements: by those that say the most. Of one that joins it to the movements of another one and
 * to more, as the number of a customer beside that of an invoice, it names none. Kept by reference: many lines may name the same
 * many movements.
 */
class Namings {
  readonly #ofLine = new Map<PlacedLine, Bucket[]>()
  readonly #linesOf = new Map<string, PlacedLine[]>()

  constructor(buckets: readonly Bucket[]) {
    // What joins the fewest movements comes first.
    for (const bucket of buckets.toSorted((a, b) => a.movements.length - b.movements.length)) {
      const { key, lines, movements } = bucket
      if (movements.length === 0 || movements.length > MISMATCH_MEMBERS_MAX) continue
      const joined = new Set(movements)
      const naming = lines.filter(
        (line) => !this.of(line).some((other) => other.movements.every((each) => joined.has(each))),
      )
      for (const line of naming) this.#ofLine.set(line, [...this.of(line), bucket])
      this.#linesOf.set(key, naming)
    }
  }

  get lines(): Iterable<PlacedLine> {
    return this.#ofLine.keys()
  }

  of(line: PlacedLine): readonly Bucket[] {
    return this.#ofLine.get(line) ?? []
  }

  /** The lines that name a movement, for each of its references. */
  naming({ movement }: PlacedMovement): (readonly PlacedLine[])[] {
    return movement.references.map((key) => this.#linesOf.get(key) ?? [])
  }

  isNamedByNoneBut(line: PlacedLine, movement: PlacedMovement): boolean {
    return this.naming(movement).every((lines) => lines.every((each) => each === line))
  }

  /** The movement that a line names, where that is one. */
  onlyOf(line: PlacedLine): PlacedMovement | undefined {
    const buckets = this.of(line)
    const only = buckets[0]?.movements[0]
    return buckets.every(({ movements }) => movements.length === 1 && movements[0] === only) ? only : undefined
  }
}

/** Three or more, of which one alone names the others, or is alone named by them. */
function* stars(namings: Namings): Generator<Sides> {
  const ofOne = new Set<PlacedMovement>()
  for (const line of namings.lines) {
    const only = namings.onlyOf(line)
    const buckets = namings.of(line)
    if (only !== undefined) ofOne.add(only)
    else if (buckets.every(({ movements }) => movements.every((each) => namings.isNamedByNoneBut(line, each))))
      yield { lines: [line], movements: [...new Set(buckets.flatMap(({ movements }) => movements))] }
  }
  for (const movement of ofOne) {
    const lines = [...new Set(namings.naming(movement).flat())]
    if (lines.length > 1 && lines.every((line) => namings.onlyOf(line) === movement))
      yield { lines, movements: [movement] }
  }
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
