import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoff_ms } from './backoff.ts'

const BACKOFF = { first_ms: 100, ms_max: 5_000 }

test('the wait doubles with each attempt up to its maximum, and chance spreads it from nothing to all of it', () => {
  expect([0, 1, 2, 5, 6, 50].map((attempt) => backoff_ms(BACKOFF, attempt, 1))).toEqual([
    100, 200, 400, 3_200, 5_000, 5_000,
  ])
  expect(backoff_ms(BACKOFF, 3, 0)).toBe(0)
  expect(backoff_ms(BACKOFF, 3, 0.5)).toBe(400)
})

test('no attempt, however late, waits longer than the maximum', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const wait_ms = backoff_ms(BACKOFF, attempt, random)
      expect(wait_ms).toBeGreaterThanOrEqual(0)
      expect(wait_ms).toBeLessThanOrEqual(BACKOFF.ms_max)
    }),
  )
})
