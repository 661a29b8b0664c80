import { expect, test } from 'vitest'
import { summaryText } from './report.ts'

test('the end tells what was charged in each currency', () => {
  const amounts = new Map([
    ['EUR', 1_250n],
    ['JPY', 7n],
  ] as const)
  expect(summaryText({ lines: 4, charged: 2, duplicates: 1, rejected: 1, amounts }, 12.34)).toBe(
    [
      'lines       4',
      'charged     2',
      'duplicates  1',
      'rejected    1',
      'amount      12.50 EUR',
      'amount      7 JPY',
      'seconds     12.3',
      '',
    ].join('\n'),
  )
})
