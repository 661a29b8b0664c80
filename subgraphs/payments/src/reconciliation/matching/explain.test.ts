import { expect, test } from 'vitest'
import { explain } from './explain.ts'
import { MATCH_RULES, type MatchResult } from './result.ts'

test('explains each rule in words, with what it looked at', () => {
  const result: MatchResult = {
    status: 'MATCHED',
    rule: 'REFERENCE',
    currency: 'JPY',
    lines: [],
    expected: [],
    linesMinor: 950n,
    expectedMinor: 1_000n,
    feeMinor: 50n,
    feeMaxMinor: 50n,
    differenceMinor: 0n,
  }
  const of = (change: Partial<MatchResult>) => explain({ ...result, ...change, lineCount: 1, expectedCount: 2 })
  expect(of({})).toEqual({
    rule: 'reconciliation.reference',
    summary: 'They share a reference.',
    inputs: [
      { name: 'lines', value: '1' },
      { name: 'expected', value: '2' },
      { name: 'amount_of_lines', value: '950 JPY' },
      { name: 'amount_expected', value: '1000 JPY' },
      { name: 'fee', value: '50 JPY' },
      { name: 'fee_declared', value: '50 JPY' },
      { name: 'difference', value: '0 JPY' },
    ],
    counterfactual: 'Without that reference in common they would not have been joined.',
  })
  expect(of({ status: 'AMOUNT_MISMATCH' }).summary).toContain('the amounts differ')
  expect(of({ status: 'AMOUNT_MISMATCH', rule: 'LINKED_REFERENCES' }).summary).toContain('the amounts differ')
  const summaries = MATCH_RULES.map((rule) => of({ rule }).summary)
  expect(new Set(summaries).size).toBe(MATCH_RULES.length)
})
