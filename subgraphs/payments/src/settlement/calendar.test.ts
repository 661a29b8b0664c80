import { addDays, weekdayOf } from '@carriergraph/shared/day.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addBusinessDays, businessDayFrom, calendarOf, easterSunday, NO_CLOSING_DAYS } from './calendar.ts'
import { cycleAt, instantOf, localDay } from './schedule.ts'

const T2 = calendarOf('EUR', NO_CLOSING_DAYS)

test.each([
  // The earliest and the latest that there is, leap years, and centuries.
  '1818-03-22',
  '1943-04-25',
  '2000-04-23',
  '2002-03-31',
  '2008-03-23',
  '2011-04-24',
  '2024-03-31',
  '2025-04-20',
  '2026-04-05',
  '2027-03-28',
  '2028-04-16',
  '2038-04-25',
  '2049-04-18',
  '2100-03-28',
])('Easter is on %s', (day) => {
  expect(easterSunday(Number(day.slice(0, 4)))).toBe(day)
})

test('Easter is a Sunday from 22 March to 25 April in every year', () => {
  for (let year = 1583; year <= 2999; year += 1) {
    const day = easterSunday(year)
    expect(weekdayOf(day)).toBe(0)
    expect(day.slice(5) >= '03-22' && day.slice(5) <= '04-25').toBe(true)
  }
})

test.each([
  ['2024', '2024-01-01 2024-03-29 2024-04-01 2024-05-01 2024-12-25 2024-12-26'],
  ['2025', '2025-01-01 2025-04-18 2025-04-21 2025-05-01 2025-12-25 2025-12-26'],
  ['2026', '2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-12-25'],
  ['2027', '2027-01-01 2027-03-26 2027-03-29'],
])('T2 rests on these weekdays of %s', (year, days) => {
  const closed: string[] = []
  for (let day = `${year}-01-01`; day.startsWith(year); day = addDays(day, 1))
    if (![0, 6].includes(weekdayOf(day)) && !T2.isBusinessDay(day)) closed.push(day)
  expect(closed.join(' ')).toBe(days)
})

test.each([
  ['USD', '2026-11-20', true],
  ['USD', '2026-11-21', false],
  ['USD', '2026-05-01', true],
  ['AFN', '2026-11-19', false],
  ['AFN', '2026-11-20', false],
  ['AFN', '2026-11-21', true],
  ['SAR', '2026-11-20', false],
  ['SAR', '2026-11-22', true],
  ['AED', '2026-11-20', true],
] as const)('%s on %s: %s', (currency, day, expected) => {
  expect(calendarOf(currency, NO_CLOSING_DAYS).isBusinessDay(day)).toBe(expected)
  expect(calendarOf(currency, new Map([[currency, new Set([day])]])).isBusinessDay(day)).toBe(false)
  expect(calendarOf(currency, new Map([['JPY', new Set([day])]])).isBusinessDay(day)).toBe(expected)
})

const anyDay = fc.integer({ min: 0, max: 40_000 }).map((count) => addDays('2002-01-01', count))

test('business days are counted without those of rest', () => {
  fc.assert(
    fc.property(anyDay, fc.nat(12), (day, count) => {
      const from = businessDayFrom(T2, day)
      const reached = addBusinessDays(T2, from, count)
      expect(T2.isBusinessDay(reached)).toBe(true)
      let counted = 0
      for (let each = addDays(from, 1); each <= reached; each = addDays(each, 1))
        if (T2.isBusinessDay(each)) counted += 1
      expect(counted).toBe(count)
    }),
  )
})

test('a calendar that never opens is an error, not a search without end', () => {
  expect(() => businessDayFrom({ isBusinessDay: () => false }, '2026-01-01')).toThrow(RangeError)
})

test.each([
  ['2026-01-15', '16:00', 'Europe/Brussels', '2026-01-15T15:00:00.000Z'],
  ['2026-07-15', '16:00', 'Europe/Brussels', '2026-07-15T14:00:00.000Z'],
  ['2026-03-29', '01:59', 'Europe/Brussels', '2026-03-29T00:59:00.000Z'],
  ['2026-03-29', '03:00', 'Europe/Brussels', '2026-03-29T01:00:00.000Z'],
  // Skipped in spring: the moment of the change, east and west of Greenwich, by half an hour, and at midnight.
  ['2026-03-29', '02:00', 'Europe/Brussels', '2026-03-29T01:00:00.000Z'],
  ['2026-03-29', '02:30', 'Europe/Brussels', '2026-03-29T01:00:00.000Z'],
  ['2026-03-08', '02:30', 'America/New_York', '2026-03-08T07:00:00.000Z'],
  ['2026-10-04', '02:10', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
  ['2026-09-06', '00:30', 'America/Santiago', '2026-09-06T04:00:00.000Z'],
  // Twice in autumn: the first time.
  ['2026-10-25', '02:30', 'Europe/Brussels', '2026-10-25T00:30:00.000Z'],
  ['2026-11-01', '01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ['2026-11-20', '17:00', 'America/New_York', '2026-11-20T22:00:00.000Z'],
  ['2026-11-20', '00:00', 'Asia/Kolkata', '2026-11-19T18:30:00.000Z'],
  ['2026-11-20', '12:00', 'UTC', '2026-11-20T12:00:00.000Z'],
])('%s %s in %s is %s', (day, time, zone, expected) => {
  expect(instantOf(day, time, zone).toISOString()).toBe(expected)
  expect(localDay(new Date(expected), zone)).toBe(day)
})

const SCHEDULE = { timeZone: 'Europe/Brussels', cutOffs: ['09:00', '16:00'], settlementDays: 1, calendar: T2 }

test.each([
  // At a cut-off, the next cycle is open already.
  ['2026-11-20T07:59:59.999Z', '2026-11-20', 1, '2026-11-20T08:00:00.000Z', '2026-11-23'],
  ['2026-11-20T08:00:00.000Z', '2026-11-20', 2, '2026-11-20T15:00:00.000Z', '2026-11-23'],
  ['2026-11-20T15:00:00.000Z', '2026-11-23', 1, '2026-11-23T08:00:00.000Z', '2026-11-24'],
  ['2026-11-21T12:00:00.000Z', '2026-11-23', 1, '2026-11-23T08:00:00.000Z', '2026-11-24'],
  // Maundy Thursday in the evening: four days of rest.
  ['2026-04-02T15:00:00.000Z', '2026-04-07', 1, '2026-04-07T07:00:00.000Z', '2026-04-08'],
  ['2026-04-02T06:00:00.000Z', '2026-04-02', 1, '2026-04-02T07:00:00.000Z', '2026-04-07'],
  ['2026-12-31T23:30:00.000Z', '2027-01-04', 1, '2027-01-04T08:00:00.000Z', '2027-01-05'],
])('at %s the cycle of %s/%s is open', (now, day, number, cutOffAt, settlementDate) => {
  expect(cycleAt(SCHEDULE, new Date(now))).toEqual({ day, number, cutOffAt: new Date(cutOffAt), settlementDate })
})

test('cycles follow one another without gap or overlap, and settle on business days', () => {
  const zone = fc.constantFrom('Europe/Brussels', 'America/New_York', 'Asia/Tokyo', 'UTC')
  fc.assert(
    fc.property(anyDay, fc.nat(86_399), zone, fc.nat(3), (day, second, timeZone, settlementDays) => {
      const schedule = { ...SCHEDULE, timeZone, settlementDays }
      const now = new Date(Date.parse(`${day}T00:00:00Z`) + second * 1_000)
      const cycle = cycleAt(schedule, now)
      expect(cycle.cutOffAt > now).toBe(true)
      expect(T2.isBusinessDay(cycle.day) && T2.isBusinessDay(cycle.settlementDate)).toBe(true)
      expect(localDay(cycle.cutOffAt, timeZone)).toBe(cycle.day)
      expect(cycleAt(schedule, new Date(cycle.cutOffAt.getTime() - 1))).toEqual(cycle)
      const next = cycleAt(schedule, cycle.cutOffAt)
      expect([next.day, next.number] > [cycle.day, cycle.number]).toBe(true)
    }),
  )
})
