import { expect, test } from 'vitest'
import { fixedClock } from './clock.ts'

const NOON = new Date('2026-11-21T12:00:00.000Z')

test('a fixed clock stands still until it is moved', () => {
  const clock = fixedClock(NOON)
  expect(clock()).toEqual(NOON)
  clock.advance(1_500)
  expect(clock().toISOString()).toBe('2026-11-21T12:00:01.500Z')
  clock.set(NOON)
  expect(clock()).toEqual(NOON)
})

test('who changes the date it was given does not change the clock', () => {
  const clock = fixedClock(NOON)
  clock().setFullYear(1999)
  expect(clock()).toEqual(NOON)
})
