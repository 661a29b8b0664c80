import { misses, type Objective } from './sla.ts'

/** How many of the latest readings decide, and how many of them must miss the objective to open a violation. */
export const WINDOW_SIZE = 5
export const MISSES_TO_OPEN = 3

/** A measured value of one metric. */
export type Reading = { readonly observedAt: Date; readonly value: number }

/** What is remembered of one objective between two evaluations. */
export type Watch = {
  /** The latest readings in the order of their time, at most WINDOW_SIZE. */
  readonly window: readonly Reading[]
  readonly isOpen: boolean
}

export const UNWATCHED: Watch = { window: [], isOpen: false }

/** A violation that opened or closed, with the readings that made it so: the last of them is the one that did it. */
export type Change = { readonly kind: 'opened' | 'closed'; readonly at: Date; readonly window: readonly Reading[] }

/**
 * Walks new readings of one objective in the order of their time. A violation opens when 3 of the latest 5 miss the
 * objective and closes when 5 in a row keep it. A reading that is older than one that was walked before takes its place
 * in the window, but neither opens nor closes anything itself: what it says was true at a time that is over.
 *
 * `readings` come in any order. Those of one time, from several probes, all count: in the order in which they are given,
 * behind those that the window has.
 */
export function evaluate(
  objective: Objective,
  watch: Watch,
  readings: readonly Reading[],
): { readonly watch: Watch; readonly changes: readonly Change[] } {
  const newest = watch.window.at(-1)
  const isLate = (reading: Reading) => newest !== undefined && reading.observedAt < newest.observedAt
  let window = latest([...watch.window, ...readings.filter(isLate)].toSorted(byTime))
  let { isOpen } = watch
  const changes: Change[] = []
  for (const reading of readings.filter((candidate) => !isLate(candidate)).toSorted(byTime)) {
    window = latest([...window, reading])
    const isChanged = isOpen ? isKept(objective, window) : isMissed(objective, window)
    if (!isChanged) continue
    isOpen = !isOpen
    changes.push({ kind: isOpen ? 'opened' : 'closed', at: reading.observedAt, window })
  }
  return { watch: { window, isOpen }, changes }
}

const byTime = (a: Reading, b: Reading): number => a.observedAt.getTime() - b.observedAt.getTime()

const latest = (readings: readonly Reading[]): readonly Reading[] => readings.slice(-WINDOW_SIZE)

const isMissed = (objective: Objective, window: readonly Reading[]): boolean =>
  missesIn(objective, window) >= MISSES_TO_OPEN

/** Three misses opened it, and only readings that keep the objective push them out: the window is full by then. */
const isKept = (objective: Objective, window: readonly Reading[]): boolean => missesIn(objective, window) === 0

/** How many readings of a window miss the objective. */
export const missesIn = (objective: Objective, window: readonly Reading[]): number =>
  window.filter(({ value }) => misses(objective, value)).length
