import type { BankLine, ExpectedMovement } from './movement.ts'
import { type PlacedLine, type PlacedMovement, type Pool, placeLine, placeMovement } from './pool.ts'

/**
 * Marks the lines that say again what another entry said within the window: same references, amount and account at the
 * other end. They may be two payments of one customer, so they are matched where a second one is expected by reference.
 */
export function markRepeats(pool: Pool, known: readonly BankLine[]): void {
  // One for each place in an entry, the newest: what is older is out of the window for all that follow.
  const before = new Map<string, PlacedLine[]>()
  const seenInEntry = new Map<string, number>()
  const isFresh = new Set(pool.lines)
  const all = [...known.map(placeLine), ...pool.lines].sort((a, b) => a.day - b.day)
  for (const placed of all) {
    const key = repeatKey(placed.line)
    if (key === undefined || placed.isTaken) continue
    const inEntry = `${placed.line.entry} ${key}`
    const ordinal = seenInEntry.get(inEntry) ?? 0
    seenInEntry.set(inEntry, ordinal + 1)
    const originals = before.get(key) ?? []
    before.set(key, originals)
    const original = originals[ordinal]
    const isRepeat =
      original !== undefined &&
      original.line.entry !== placed.line.entry &&
      placed.day - original.day <= pool.windows.amount_days
    if (!isRepeat) originals[ordinal] = placed
    else if (isFresh.has(placed)) placed.isSuspect = true
  }
}

const repeatKey = ({ references, bankReference, amountMinor, counterparty }: BankLine): string | undefined =>
  references.length === 0 && bankReference === undefined
    ? undefined
    : JSON.stringify([
        references.length === 0 ? bankReference : [...references].sort(),
        String(amountMinor),
        counterparty ?? null,
      ])

/** Tells of a movement whether one like it was matched for a day close by: it was then expected twice, and came once. */
export function repeatedExpectations(
  { movements, results, windows }: Pool,
  met: readonly ExpectedMovement[],
): (placed: PlacedMovement) => boolean {
  const matched = new Set(results.filter(({ status }) => status === 'MATCHED').flatMap(({ expected }) => expected))
  const days = new Set<string>()
  const isMatched = ({ movement }: PlacedMovement) => matched.has(movement.id)
  for (const { movement, day } of [...movements.filter(isMatched), ...met.map(placeMovement)]) {
    const key = expectationKey(movement)
    if (key !== undefined) days.add(`${day} ${key}`)
  }
  return ({ movement, day }) => {
    const key = expectationKey(movement)
    if (key === undefined) return false
    for (let near = day - windows.amount_days; near <= day + windows.amount_days; near += 1)
      if (days.has(`${near} ${key}`)) return true
    return false
  }
}

const expectationKey = ({ references, amountMinor, counterparty }: ExpectedMovement): string | undefined =>
  references.length === 0
    ? undefined
    : JSON.stringify([[...references].sort(), String(amountMinor), counterparty ?? null])
