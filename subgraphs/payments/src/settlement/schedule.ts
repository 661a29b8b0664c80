import { addDays } from '@carriergraph/shared/day.ts'
import { addBusinessDays, businessDayFrom, type Calendar } from './calendar.ts'

/** When a rail clears one currency. */
export type CycleSchedule = {
  /** IANA name of the zone that the times are in: `Europe/Brussels`. */
  readonly timeZone: string
  /** Times of day, HH:MM, ascending; each ends a cycle. At least one. */
  readonly cutOffs: readonly string[]
  /** Business days from the day of the cut-off to that of the settlement; 0 for the same day. */
  readonly settlementDays: number
  readonly calendar: Calendar
}

/** One cycle as its schedule has it. */
export type CyclePeriod = {
  /** The business day on which it ends. */
  readonly day: string
  /** 1, 2, 3 … on that day. */
  readonly number: number
  /** What comes at that moment or later is for the next cycle. */
  readonly cutOffAt: Date
  readonly settlementDate: string
}

/** The cycle that is open at a moment: that with the first cut-off after it, on a business day. */
export function cycleAt({ timeZone, cutOffs, settlementDays, calendar }: CycleSchedule, now: Date): CyclePeriod {
  // A day before that of the zone is behind it everywhere, and one of the next business days has a cut-off to come.
  for (let day = localDay(now, timeZone); ; day = addDays(day, 1)) {
    day = businessDayFrom(calendar, day)
    for (const [index, time] of cutOffs.entries()) {
      const cutOffAt = instantOf(day, time, timeZone)
      if (cutOffAt <= now) continue
      return { day, number: index + 1, cutOffAt, settlementDate: addBusinessDays(calendar, day, settlementDays) }
    }
    if (cutOffs.length === 0) throw new RangeError('A schedule has at least one cut-off.')
  }
}

/** The day that it is in a zone. */
export function localDay(now: Date, timeZone: string): string {
  const parts = localParts(now, timeZone)
  return `${parts.year}-${parts.month}-${parts.day}`
}

/** The hour of the day that it is in a zone, 0 to 23. */
export const localHour = (now: Date, timeZone: string): number => Number(localParts(now, timeZone).hour)

/**
 * The moment at which a clock in the zone shows that time, the first time where it does so twice; where the time is skipped
 * in spring, the moment of the change.
 */
export function instantOf(day: string, time: string, timeZone: string): Date {
  const wanted = new Date(`${day}T${time}:00Z`).getTime()
  // Every clock is within a day of UTC, and none is changed twice in two days.
  const [before, after] = [wanted - DAY_MS, wanted + DAY_MS].map((at) => aheadOfUtc(new Date(at), timeZone))
  if (before === undefined || after === undefined) throw new Error('A clock is ahead by something.')
  if (before === after) return new Date(wanted - before)
  const shows = [wanted - before, wanted - after].find((at) => aheadOfUtc(new Date(at), timeZone) === wanted - at)
  return new Date(shows ?? changeBetween(wanted - after, wanted - before, after, timeZone))
}

const DAY_MS = 86_400_000

/** The first moment behind `from` and up to `to` at which the clock is `ahead`. */
function changeBetween(from: number, to: number, ahead: number, timeZone: string): number {
  let [behind, reached] = [from, to]
  while (reached - behind > 1_000) {
    const middle = Math.floor((behind + reached) / 2_000) * 1_000
    if (aheadOfUtc(new Date(middle), timeZone) === ahead) reached = middle
    else behind = middle
  }
  return reached
}

/** Milliseconds by which the clock in the zone is ahead of UTC; below zero in the west. */
function aheadOfUtc(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(at, timeZone)
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - Math.floor(at.getTime() / 1_000) * 1_000
}

function localParts(at: Date, timeZone: string): Record<Intl.DateTimeFormatPartTypes, string> {
  const parts = formatOf(timeZone).formatToParts(at)
  return Object.fromEntries(parts.map(({ type, value }) => [type, value])) as Record<
    Intl.DateTimeFormatPartTypes,
    string
  >
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making one costs a hundred times what using it costs. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const two = '2-digit'
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  })
  formats.set(timeZone, format)
  return format
}
