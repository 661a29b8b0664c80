import { Decimal } from '@carriergraph/shared/money/decimal.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * Every threshold of the rules against money laundering, in one place. Amounts are in US dollars and compared exactly; a
 * count or sum includes the remittance that is assessed; a window reaches as far before its creation as behind it, without
 * its ends, because remittances are not assessed in the order of their creation.
 */
export const THRESHOLDS = {
  /** Above this a remittance is reported: what most countries' large-transaction reports begin at (31 CFR 1010.311). */
  reportAboveUsd: new Decimal(10_000),
  /** Remittances from here up to the report's threshold are just below it; so many in the window are structuring. */
  structuring: { fromUsd: new Decimal(8_000), count: 2, window_ms: 7 * DAY_MS },
  /**
   * So many in the window, none of them above the report's threshold and all of them together, are structuring as well, whatever each
   * of them is: what is sent within a day counts as one (31 CFR 1010.313).
   */
  linked: { count: 2, window_ms: DAY_MS },
  /** So many remittances in the window are held, and so many declined. */
  velocity: { reviewCount: 6, declineCount: 11, window_ms: DAY_MS },
  /** More than this in the window is held, and more than that declined. */
  sum: { reviewAboveUsd: new Decimal(30_000), declineAboveUsd: new Decimal(100_000), window_ms: 30 * DAY_MS },
  /** So many different beneficiaries in the window are held. */
  beneficiaries: { count: 5, window_ms: 7 * DAY_MS },
} as const

/** The longest window: what the history is read for. */
export const HISTORY_WINDOW_MS = THRESHOLDS.sum.window_ms
