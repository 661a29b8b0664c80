import type { BankLine, KnownLine } from './movement.ts'
import { linesToldTwice } from './told-twice.ts'

/**
 * Of lines of statements that tell no movement of their own, those for which a notification stands: one for one of them. Of a
 * notification of which people have dismissed a part, the rest stands line by line.
 * @param notifications that tell movements of their own, or did until they were dismissed
 * @returns their ids
 */
export function backedLines(
  toldAgain: readonly BankLine[],
  notifications: readonly KnownLine[],
  days_max: number,
): ReadonlySet<string> {
  const isDismissed = ({ standing }: KnownLine) => standing === 'DISMISSED'
  const isTorn = new Set(notifications.filter(isDismissed).map(({ entry }) => entry))
  const standing = notifications.filter((line) => !isDismissed(line))
  const intact = standing.filter(({ entry }) => !isTorn.has(entry))
  const backed = linesToldTwice(toldAgain, intact, days_max)
  const left = toldAgain.filter(({ id }) => !backed.has(id))
  const torn = standing.filter(({ entry }) => isTorn.has(entry))
  return new Set([...backed.keys(), ...linesToldTwice(left.map(byItself), torn.map(byItself), days_max).keys()])
}

const byItself = <Line extends BankLine>(line: Line): Line => ({ ...line, entry: `${line.id}/1` })
