import { fixedClock } from '@carriergraph/shared/clock.ts'
import { expect, test } from 'vitest'
import { MessageRate } from './message-rate.ts'

function rateAt(messages_per_s_max: number, messages_burst_max: number) {
  const clock = fixedClock(new Date('2026-11-21T12:00:00Z'))
  const rate = new MessageRate({ messages_per_s_max, messages_burst_max }, clock)
  const taken = (count: number) => Array.from({ length: count }, () => rate.take()).filter(Boolean).length
  return { clock, taken }
}

test('a burst may come at once, and one more may not', () => {
  expect(rateAt(10, 5).taken(6)).toBe(5)
})

test.each([
  [99, 0],
  [100, 1],
  [350, 3],
  [3_600_000, 5],
  [-1_000, 0],
])('after a burst and %d ms there is room for %d', (duration_ms, room) => {
  const { clock, taken } = rateAt(10, 5)
  taken(5)
  clock.advance(duration_ms)
  expect(taken(10)).toBe(room)
})
