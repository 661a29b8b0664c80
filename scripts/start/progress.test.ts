import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { stepsOn } from './progress.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** A place to show progress, and what has been shown since the last look. */
function place(isTTY: boolean, columns = 60) {
  const out = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not what these tests are about
  return { out, shown: (): string => (out.read() ?? '').replace(/\x1b\[\d+m/g, '') }
}

const CLEAR = '\r\x1b[2K'

describe('in a file', () => {
  test('a short step is one line', async () => {
    const { out, shown } = place(false)
    expect(await stepsOn(out)('Databases', async () => 42)).toBe(42)
    expect(shown()).toBe('✓ Databases (0.0 s)\n')
  })

  test('a step that takes longer than a second says so once, with what it is doing', async () => {
    const { out, shown } = place(false)
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = stepsOn(out)('PostgreSQL', (detail) => {
      detail('creating the cluster')
      return promise
    })
    vi.advanceTimersByTime(999)
    expect(shown()).toBe('')
    vi.advanceTimersByTime(1)
    expect(shown()).toBe('… PostgreSQL: creating the cluster\n')
    vi.advanceTimersByTime(4_000)
    resolve()
    await done
    expect(shown()).toBe('✓ PostgreSQL (5.0 s)\n')
  })
})

describe('on a terminal', () => {
  test('a step that takes longer than a second moves, in one line that is cleared in the end', async () => {
    const { out, shown } = place(true)
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = stepsOn(out)('Playground', (detail) => {
      detail('bundling')
      return promise
    })
    vi.advanceTimersByTime(900)
    expect(shown()).toBe('')
    vi.advanceTimersByTime(200)
    expect(shown()).toBe(`${CLEAR}⠋ Playground bundling (1.0 s)${CLEAR}⠙ Playground bundling (1.1 s)`)
    resolve()
    await done
    expect(shown()).toBe(`${CLEAR}✓ Playground (1.1 s)\n`)
  })

  test('the moving line is never wider than the terminal', () => {
    const { out, shown } = place(true, 12)
    void stepsOn(out)('A title that is long', () => new Promise(() => {}))
    vi.advanceTimersByTime(1_000)
    expect(shown()).toBe(`${CLEAR}⠋ A title t`)
  })
})

test('a step that fails says so and hands its error on', async () => {
  const { out, shown } = place(false)
  const broken = stepsOn(out)('Gateway', () => Promise.reject(new Error('no')))
  await expect(broken).rejects.toThrow('no')
  expect(shown()).toBe('✗ Gateway (0.0 s)\n')
})

test('no step begins once the start is cancelled', async () => {
  const { out, shown } = place(false)
  const run = vi.fn(async () => {})
  await expect(stepsOn(out, AbortSignal.abort())('Gateway', run)).rejects.toThrow('aborted')
  expect(run).not.toHaveBeenCalled()
  expect(shown()).toBe('')
})
