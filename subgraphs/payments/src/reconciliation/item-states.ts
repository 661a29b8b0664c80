/** SETTLED is what was matched; all else begins OPEN and is a case. */
export const ITEM_STATES = [
  'SETTLED',
  'OPEN',
  'WRITE_OFF_REQUESTED',
  'DISMISSAL_REQUESTED',
  'RESOLVED',
  'WRITTEN_OFF',
] as const
export type ItemState = (typeof ITEM_STATES)[number]

/** The legal ways of a case. */
const TRANSITIONS = {
  SETTLED: [],
  OPEN: ['WRITE_OFF_REQUESTED', 'DISMISSAL_REQUESTED', 'RESOLVED'],
  WRITE_OFF_REQUESTED: ['OPEN', 'WRITTEN_OFF'],
  DISMISSAL_REQUESTED: ['OPEN', 'RESOLVED'],
  RESOLVED: [],
  WRITTEN_OFF: [],
} as const satisfies Record<ItemState, readonly ItemState[]>

export const mayBecome = (from: ItemState, to: ItemState): boolean =>
  (TRANSITIONS[from] as readonly ItemState[]).includes(to)

/**
 * How a case ended. LATE_COUNTERPART: all of it was matched when more came. RECLASSIFIED: with what came, it is another
 * case. FEE_WITHIN_DECLARED: the difference is a fee below the declared one. ALREADY_TOLD: the same movement was told by
 * another message of the bank. DISMISSED: two people say that the bank told it again, and that it never moved.
 */
export const RESOLUTIONS = [
  'LATE_COUNTERPART',
  'RECLASSIFIED',
  'BY_HAND',
  'FEE_WITHIN_DECLARED',
  'ALREADY_TOLD',
  'DISMISSED',
  'WRITTEN_OFF',
] as const
export type Resolution = (typeof RESOLUTIONS)[number]

/** How a case ended whose lines are all in other items since; of movements, some may be awaited again. */
export const MOVED_ON: readonly Resolution[] = ['LATE_COUNTERPART', 'RECLASSIFIED', 'BY_HAND']
