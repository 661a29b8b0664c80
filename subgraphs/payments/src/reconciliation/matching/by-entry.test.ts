import { expect, test } from 'vitest'
import { match } from './match.ts'
import type { BankLine } from './movement.ts'
import { line, movement, TODAY } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'

/** An entry of as many lines of 10.00, 10.01, 10.02 … */
const entry = (name: string, count: number, change: Partial<BankLine> = {}): BankLine[] =>
  Array.from({ length: count }, (_, at) =>
    line(`${name}${at}`, { ...ref(`${name}-${at}`), entry: name, amountMinor: 1_000n + BigInt(at), ...change }),
  )
const sumOf = (lines: readonly BankLine[]) => lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)
const all = (lines: readonly BankLine[]) =>
  lines
    .map(({ id }) => id)
    .sort()
    .join('+')

test('a batch that the bank tells in many parts is matched with the one movement of all of it', () => {
  const batch = entry('b', 30)
  expect(told({ lines: batch, expected: [movement('e', { amountMinor: sumOf(batch) })] })).toEqual([
    `MATCHED ENTRY_SUM ${all(batch)}=e`,
  ])
})

test('less the fee that was declared, and of equal movements with the oldest that is near', () => {
  const batch = entry('b', 20)
  const amountMinor = sumOf(batch) + 50n
  const expected = [
    movement('late', { amountMinor, feeMinor: 50n, expectedOn: '2026-11-21' }),
    movement('far', { amountMinor, feeMinor: 50n, expectedOn: '2026-11-14' }),
    movement('near', { amountMinor, feeMinor: 50n, expectedOn: '2026-11-15' }),
  ]
  expect(told({ lines: batch, expected })).toContain(`MATCHED ENTRY_SUM ${all(batch)}=near`)
})

test('not where something speaks against it: references, an account, a part that is gone, or the day', () => {
  const batch = entry('b', 20)
  const amountMinor = sumOf(batch)
  const others = [
    movement('e', { amountMinor, ...ref('X') }),
    movement('e', { amountMinor, expectedOn: '2026-11-26' }),
    movement('e', { amountMinor: amountMinor + 1n }),
    movement('e', { amountMinor: -amountMinor }),
  ]
  for (const other of others)
    expect(told({ lines: batch, expected: [other] }).filter((result) => result.startsWith('MATCHED'))).toEqual([])
  const named = batch.map((part) => ({ ...part, counterparty: 'X' }))
  expect(told({ lines: named, expected: [movement('e', { amountMinor, counterparty: 'Y' })] }).join()).not.toContain(
    'MATCHED',
  )
  const expected = [movement('e', { amountMinor }), movement('part', { amountMinor: 1_000n, ...ref('b-0') })]
  expect(told({ lines: batch, expected }).join()).not.toContain('ENTRY_SUM')
})

test('a line that has the amount itself is taken before an entry', () => {
  const batch = entry('b', 20)
  const amountMinor = sumOf(batch)
  expect(
    told({ lines: [...batch, line('one', { amountMinor })], expected: [movement('e', { amountMinor })] }),
  ).toContain('MATCHED AMOUNT_AND_DATE one=e')
})

test('charges of a batch are one case where nobody expected them, and those that are left where somebody did', () => {
  const charges = entry('c', 150, { isCharge: true })
  const others = entry('d', 2, { isCharge: true })
  const expected = [movement('e', { ...ref('c-7'), amountMinor: 1_007n })]
  const { results } = match({ lines: [...charges, ...others, ...entry('b', 2)], expected, day: TODAY })
  expect(results.map(({ status, lines, differenceMinor }) => [status, lines.length, differenceMinor])).toEqual([
    ['MATCHED', 1, 0n],
    ['MISSING_INTERNALLY', 149, sumOf(charges) - 1_007n],
    ['MISSING_INTERNALLY', 2, sumOf(others)],
    ['MISSING_INTERNALLY', 1, 1_000n],
    ['MISSING_INTERNALLY', 1, 1_001n],
  ])
})

test('charges of a batch are matched with the one movement of all of them', () => {
  const charges = entry('c', 150, { isCharge: true, amountMinor: -25n })
  expect(told({ lines: charges, expected: [movement('e', { amountMinor: -3_750n })] })).toEqual([
    `MATCHED ENTRY_SUM ${all(charges)}=e`,
  ])
})
