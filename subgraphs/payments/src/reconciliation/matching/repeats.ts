import { type BankLine, type ExpectedMovement, type KnownLine, messageOf } from './movement.ts'
import { type PlacedLine, type PlacedMovement, type Pool, placeLine, placeMovement, untaken } from './pool.ts'

/**
 * Marks the lines that say again what another entry said within the window: same references, amount and account at the
 * other end. They may be two payments of one customer, so they are matched where a second one is expected by reference about
 * then; unless another message has told it under the same reference of the bank.
 */
export function markRepeats(pool: Pool, known: readonly KnownLine[]): void {
  // One for each place in an entry, the newest: what is older is out of the window for all that follow.
  const before = new Map<string, PlacedLine[]>()
  const calledBefore = new Map<string, PlacedLine>()
  for (const { placed, key, ordinal, rank, isToldAgain } of tellingsInOrder(pool, known)) {
    // What stands for a line that another message told as well is no repetition of it: only its own kind of message repeats it.
    const ofKind = `${key} ${placed.line.isNotification}`
    const [places, place] = [[key, ofKind], isToldAgain ? ofKind : key]
    const isClose = (one: PlacedLine | undefined) =>
      one !== undefined && placed.day - one.day <= pool.windows.amount_days
    if (rank === RANK.FRESH && places.some((one) => isClose(before.get(one)?.[ordinal]))) placed.isSuspect = true
    const newest = before.get(place) ?? []
    before.set(place, newest)
    newest[ordinal] = placed
    const { bankReference } = placed.line
    if (bankReference === undefined) continue
    const callAt = (one: string) => JSON.stringify([one, bankReference, ordinal])
    const isCalled = (called: PlacedLine | undefined) =>
      called !== undefined && messageOf(called.line) !== messageOf(placed.line) && isClose(called)
    if (placed.isSuspect && places.some((one) => isCalled(calledBefore.get(callAt(one))))) placed.isRepetition = true
    calledBefore.set(callAt(place), placed)
  }
}

/** Of one day: what was found to repeat another line comes last, so that this other one is not taken for its repetition. */
const RANK = { KNOWN: 0, FRESH: 1, REPEATED: 2 } as const

type Told = {
  readonly placed: PlacedLine
  readonly key: string
  /** Of the lines of its entry that say the same, in the order of the file; whatever became of each. */
  readonly ordinal: number
  readonly rank: (typeof RANK)[keyof typeof RANK]
  readonly isToldAgain: boolean
}

function tellingsInOrder(pool: Pool, known: readonly KnownLine[]): readonly Told[] {
  const ranked = [
    ...known.map((line) => ({
      placed: placeLine(line),
      rank: line.standing === 'REPEATED' || line.standing === 'DISMISSED' ? RANK.REPEATED : RANK.KNOWN,
      isToldAgain: line.standing === 'TOLD_AGAIN',
    })),
    ...untaken(pool.lines).map((placed) => ({ placed, rank: RANK.FRESH, isToldAgain: false })),
  ].sort((a, b) => (a.placed.line.id < b.placed.line.id ? -1 : 1))
  const seenInEntry = new Map<string, number>()
  return ranked
    .flatMap(({ placed, rank, isToldAgain }): Told[] => {
      const key = repeatKey(placed.line)
      if (key === undefined) return []
      const inEntry = `${placed.line.entry} ${key}`
      const ordinal = seenInEntry.get(inEntry) ?? 0
      seenInEntry.set(inEntry, ordinal + 1)
      return [{ placed, key, ordinal, rank, isToldAgain }]
    })
    .sort((a, b) => a.placed.day - b.placed.day || a.rank - b.rank)
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
