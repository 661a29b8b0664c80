import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, dayNumber, dayOf, daysBetween, isDay, weekdayOf } from './day.ts'

test.each(['0001-01-01', '2024-02-29', '2026-11-21', '9999-12-31'])('%j is a day', (text) => {
  expect(isDay(text)).toBe(true)
})

test.each([
  '2026-02-29',
  '2026-13-01',
  '2026-1-1',
  '20260101',
  'x',
  '',
  '2026-01-01T00:00',
  '0000-01-01',
  '10000-01-01',
])('%j is no day', (text) => {
  expect(isDay(text)).toBe(false)
})

test.each([
  ['2024-02-28', 1, '2024-02-29'],
  ['2026-02-28', 1, '2026-03-01'],
  ['2026-01-01', -1, '2025-12-31'],
  ['2026-11-21', 0, '2026-11-21'],
] as const)('%s and %d days is %s', (day, count, expected) => {
  expect(addDays(day, count)).toBe(expected)
  expect(daysBetween(day, expected)).toBe(count)
})

test('the day of an instant is that of UTC', () => {
  expect(dayOf(new Date('2026-11-21T23:59:59.999Z'))).toBe('2026-11-21')
  expect(dayOf(new Date('2026-11-22T00:30:00+01:00'))).toBe('2026-11-21')
})

test('days are numbered one after the other, and so are weekdays', () => {
  expect([dayNumber('1970-01-01'), weekdayOf('1970-01-01')]).toEqual([0, 4])
  fc.assert(
    fc.property(fc.integer({ min: -100_000, max: 100_000 }), (number) => {
      const day = addDays('1970-01-01', number)
      expect(isDay(day)).toBe(true)
      expect(dayNumber(day)).toBe(number)
      expect(weekdayOf(addDays(day, 1))).toBe((weekdayOf(day) + 1) % 7)
    }),
  )
})
