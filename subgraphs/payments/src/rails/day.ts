/** Days of the calendar as text, YYYY-MM-DD, without a time zone. */

const DAY_MS = 86_400_000

/** Whether there is such a day, written so. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

const startOf = (day: string): Date => new Date(`${day}T00:00:00Z`)

export const addDays = (day: string, count: number): string =>
  new Date(startOf(day).getTime() + count * DAY_MS).toISOString().slice(0, 10)

/** 0 for Sunday to 6 for Saturday. */
export const weekdayOf = (day: string): number => startOf(day).getUTCDay()
