/** Days of the calendar as text, YYYY-MM-DD, without a time zone: as columns of days hold them. */

const DAY_MS = 86_400_000

/** Whether there is such a day, written so, in the years 1 to 9999. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < '0001') return false
  // JavaScript takes the 30th of February for the 2nd of March.
  const at = startOf(text)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** The day of an instant in UTC. */
export const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10)

export const addDays = (day: string, count: number): string => dayOf(new Date(startOf(day).getTime() + count * DAY_MS))

/** Below zero where the second is the earlier one. */
export const daysBetween = (earlier: string, later: string): number => dayNumber(later) - dayNumber(earlier)

/** Days since 1970-01-01. */
export const dayNumber = (day: string): number => startOf(day).getTime() / DAY_MS

/** 0 for Sunday to 6 for Saturday. */
export const weekdayOf = (day: string): number => startOf(day).getUTCDay()

const startOf = (day: string): Date => new Date(`${day}T00:00:00Z`)
