import { describe, expect, it } from 'vitest'
import { backedLines } from './backed.ts'
import type { KnownLine } from './movement.ts'
import { line } from './movements.fixture.ts'

/** Of a message, an entry with lines of these amounts. */
const entry = (message: string, ...amounts: bigint[]): KnownLine[] =>
  amounts.map((amountMinor, at) =>
    line(`${message}-${at}`, { amountMinor, bankReference: 'E', entry: `${message}/1/1`, isNotification: false }),
  )
const notified = (...given: Parameters<typeof entry>): KnownLine[] =>
  entry(...given).map((one) => ({ ...one, isNotification: true }))
/** Without some of its lines, which people have dismissed. */
const torn = (lines: readonly KnownLine[], ...gone: number[]): KnownLine[] =>
  lines.map((one, at) => (gone.includes(at) ? { ...one, standing: 'DISMISSED' } : one))

const backed = (toldAgain: readonly KnownLine[], notifications: readonly KnownLine[]) =>
  [...backedLines(toldAgain, notifications, 5)].sort()

const [day, month] = [entry('day', 40n, 60n), entry('month', 40n, 60n)]

describe('a line that was told again stands', () => {
  it('where a notification tells all of its entry, whole or in parts', () => {
    expect(backed(day, notified('n', 40n, 60n))).toEqual(['day-0', 'day-1'])
    expect(backed(day, notified('n', 100n))).toEqual(['day-0', 'day-1'])
  })

  it('and not where there is none, or none of it any more', () => {
    expect(backed(day, [])).toEqual([])
    expect(backed(day, notified('n', 41n))).toEqual([])
    expect(backed(day, torn(notified('n', 100n), 0))).toEqual([])
  })

  it('where the part of it stands that people have left of a notification', () => {
    expect(backed(day, torn(notified('n', 40n, 60n), 0))).toEqual(['day-1'])
  })

  it('where parts of several notifications stand', () => {
    const both = [...torn(notified('n', 40n, 60n), 0), ...torn(notified('m', 40n, 60n), 1)]
    expect(backed(day, both)).toEqual(['day-0', 'day-1'])
  })

  it('once for each notification', () => {
    expect(backed([...day, ...month], notified('n', 40n, 60n))).toEqual(['day-0', 'day-1'])
    const both = [...notified('n', 40n, 60n), ...torn(notified('m', 40n, 60n), 1)]
    expect(backed([...day, ...month], both)).toEqual(['day-0', 'day-1', 'month-0'])
  })
})
