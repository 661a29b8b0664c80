import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deadline } from './deadline.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function start(duration_ms: number) {
  const deadline = new Deadline(duration_ms)
  const passed = vi.fn()
  deadline.whenOver = passed
  return { deadline, passed }
}

test('ends what is waited for when it passes, and not before', () => {
  const { deadline, passed } = start(1_000)
  vi.advanceTimersByTime(999)
  expect([deadline.isOver, passed.mock.calls.length]).toEqual([false, 0])
  vi.advanceTimersByTime(1)
  expect([deadline.isOver, passed.mock.calls.length]).toEqual([true, 1])
})

test('leaves nothing behind when the call is over in time', () => {
  const { deadline, passed } = start(1_000)
  deadline.end()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(2_000)
  expect(passed).not.toHaveBeenCalled()
})

test('that is longer than a timer can wait does not pass at once', () => {
  const { deadline, passed } = start(2 ** 31 + 1_000)
  vi.advanceTimersByTime(60_000)
  expect(passed).not.toHaveBeenCalled()
  deadline.end()
})
