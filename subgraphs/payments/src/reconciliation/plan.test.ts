import { expect, test } from 'vitest'
import type { MatchResult } from './matching/result.ts'
import { type OpenCase, planRun, planSafely } from './plan.ts'

const matched = (lines: readonly string[], expected: readonly string[]): MatchResult => ({
  status: 'MATCHED',
  rule: 'REFERENCE',
  currency: 'EUR',
  lines,
  expected,
  linesMinor: 100n,
  expectedMinor: 100n,
  feeMinor: 0n,
  feeMaxMinor: 0n,
  differenceMinor: 0n,
})

const open = (id: string, lineIds: readonly string[], expectedIds: readonly string[]): OpenCase => ({
  id,
  status: 'AMOUNT_MISMATCH',
  rule: 'REFERENCE',
  lineIds,
  expectedIds,
})

test('a match that takes from a case what does not settle all of it is not made, nor what hangs on it', () => {
  const [first, second] = [matched(['l1'], ['e1']), matched(['l2'], ['e2'])]
  // Of c only l2 would be matched: that match is not made, so a is not whole; without a, the first is not made either.
  const cases = [open('a', ['l1'], ['e2']), open('b', [], ['e1']), open('c', ['l2', 'l3'], [])]
  expect(planSafely([first, second], cases)).toEqual({ created: [], closed: [], freedExpectedIds: [] })
})

test('cases that exact matches settle whole are closed, and no match is made that concerns none', () => {
  const [ofCase, ofNone] = [matched(['l1'], ['e1']), matched(['l2'], ['e2'])]
  const whole = open('a', ['l1'], [])
  expect(planSafely([ofCase, ofNone], [whole])).toEqual({
    created: [ofCase],
    closed: [{ item: whole, resolution: 'LATE_COUNTERPART' }],
    freedExpectedIds: [],
  })
})

test('a case is left alone where it is found again just so, and not where its line is told again in another way', () => {
  const found = { ...matched(['l'], []), status: 'DUPLICATE', rule: 'ALSO_NOTIFIED', differenceMinor: 0n } as const
  const [repeated, toldTwice] = (['REPEATED_LINE', 'ALSO_NOTIFIED'] as const).map(
    (rule): OpenCase => ({
      ...open('a', ['l'], []),
      status: 'DUPLICATE',
      rule,
    }),
  )
  expect(planRun([found], toldTwice ? [toldTwice] : [])).toEqual({ created: [], closed: [], freedExpectedIds: [] })
  expect(planRun([found], repeated ? [repeated] : [])).toEqual({
    created: [found],
    closed: [{ item: repeated, resolution: 'RECLASSIFIED' }],
    freedExpectedIds: [],
  })
})
