import { expect, test } from 'vitest'
import { createOverload, watchEventLoop } from './overload.ts'

const LIMITS = { delay_ms_max: 100, delay_ms_full: 1_100 }

function overloaded() {
  let drawn = 0
  const overload = createOverload(LIMITS, () => drawn)
  /** As if the delay had been this for a while. */
  const settle = (delay_ms: number): void => {
    for (let reading = 0; reading < 100; reading++) overload.read(delay_ms)
  }
  const shedsAt = (random: number): boolean => {
    drawn = random
    return overload.sheds()
  }
  return { overload, settle, shedsAt }
}

test('nothing is turned away before the limit', () => {
  const { settle, shedsAt } = overloaded()
  expect(shedsAt(0)).toBe(false)
  settle(100)
  expect(shedsAt(0)).toBe(false)
})

test.each([
  [300, 0.15, 0.3],
  [600, 0.45, 0.55],
  [5_000, 0.94, 0.96],
])('at a delay of %i ms a share between %d and %d is', (delay_ms, sheds, letsIn) => {
  const { settle, shedsAt } = overloaded()
  settle(delay_ms)
  expect([shedsAt(sheds), shedsAt(letsIn)]).toEqual([true, false])
})

test('one pause is no overload', () => {
  const { overload, shedsAt } = overloaded()
  overload.read(300)
  expect(shedsAt(0)).toBe(false)
})

test('all are let in again only well below the limit', () => {
  const { settle, shedsAt } = overloaded()
  settle(300)
  settle(80)
  expect(shedsAt(0)).toBe(true)
  settle(40)
  expect(shedsAt(0)).toBe(false)
  settle(80)
  expect(shedsAt(0)).toBe(false)
})

test('a blocked event loop is noticed', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const unwatch = watchEventLoop((delay_ms) => {
    if (delay_ms > 50) resolve()
  })
  // The watch's own timer does not keep a process alive.
  const alive = setInterval(() => {
    const until = performance.now() + 200
    while (performance.now() < until);
  }, 10)
  await promise
  clearInterval(alive)
  unwatch()
})
