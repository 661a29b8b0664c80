import { describe, expect, it, test } from 'vitest'
import { type MatchInput, match } from './match.ts'
import { line, movement } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'

describe('matches', () => {
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'by reference, whatever the day and the counterparty say',
      {
        lines: [line('l', { ...ref('A'), bookedOn: '2026-12-30', counterparty: 'X' })],
        expected: [movement('e', { ...ref('A'), counterparty: 'Y' })],
        day: '2026-12-31',
      },
      ['MATCHED REFERENCE l=e'],
    ],
    [
      'by a word of the remittance text',
      { lines: [line('l', { mentions: ['THANKS', 'INV-4711'] })], expected: [movement('e', ref('INV-4711'))] },
      ['MATCHED REFERENCE l=e'],
    ],
    [
      'the rarer reference before the one of the batch',
      {
        lines: [line('l1', ref('BATCH', 'A')), line('l2', ref('BATCH', 'B'))],
        expected: [movement('e1', ref('BATCH', 'B')), movement('e2', ref('BATCH', 'A'))],
      },
      ['MATCHED REFERENCE l1=e2', 'MATCHED REFERENCE l2=e1'],
    ],
    [
      'one line with all that its reference expects',
      {
        lines: [line('l', { ...ref('BATCH'), amountMinor: 600n })],
        expected: [100n, 200n, 300n].map((amountMinor, at) => movement(`e${at}`, { ...ref('BATCH'), amountMinor })),
      },
      ['MATCHED REFERENCE_SUM l=e0+e1+e2'],
    ],
    [
      'several lines with one expectation',
      {
        lines: [line('l1', { ...ref('INV'), amountMinor: 4_000n }), line('l2', { ...ref('INV'), amountMinor: 6_000n })],
        expected: [movement('e', ref('INV'))],
      },
      ['MATCHED REFERENCE_SUM l1+l2=e'],
    ],
    [
      'a line with the part of a batch that it pays, where only one part sums to it',
      {
        lines: [line('l', { ...ref('BATCH'), amountMinor: 500n })],
        expected: [100n, 200n, 301n, 400n].map((amountMinor, at) =>
          movement(`e${at}`, { ...ref('BATCH'), amountMinor }),
        ),
      },
      ['AWAITED NOT_DUE =e1', 'AWAITED NOT_DUE =e2', 'MATCHED REFERENCE_SUBSET l=e0+e3'],
    ],
    [
      'a large batch of which one was turned down',
      {
        lines: [line('l', { ...ref('BATCH'), amountMinor: BigInt((99 * 100) / 2 - 42) })],
        expected: Array.from({ length: 99 }, (_, at) =>
          movement(`e${at + 1}`, { ...ref('BATCH'), amountMinor: BigInt(at + 1) }),
        ),
      },
      [
        'AWAITED NOT_DUE =e42',
        `MATCHED REFERENCE_SUBSET l=${Array.from({ length: 99 }, (_, at) => `e${at + 1}`)
          .filter((id) => id !== 'e42')
          .sort()
          .join('+')}`,
      ],
    ],
    [
      'a line with what was moved under its references, and not with what was charged under them as well',
      {
        lines: [line('l', { ...ref('A', 'B'), amountMinor: -500n })],
        expected: [-200n, -300n].flatMap((amountMinor, at) => [
          movement(`e${at}`, { ...ref('AB'[at] ?? ''), amountMinor }),
          movement(`f${at}`, { ...ref('AB'[at] ?? ''), amountMinor: -7n }),
        ]),
      },
      ['AWAITED NOT_DUE =f0', 'AWAITED NOT_DUE =f1', 'MATCHED REFERENCE_SUBSET l=e0+e1'],
    ],
    [
      'no lines with a movement of which they have no reference, although what is matched already links them',
      {
        lines: [
          line('l0', { ...ref('Z'), amountMinor: 30n }),
          line('l1', { ...ref('X', 'Z'), amountMinor: 40n }),
          line('l2', { ...ref('Z'), amountMinor: 100n }),
        ],
        expected: [
          movement('e0', { ...ref('Z'), amountMinor: 30n }),
          movement('e1', { ...ref('X'), amountMinor: 100n }),
        ],
      },
      ['AMOUNT_MISMATCH REFERENCE l1=e1', 'MATCHED REFERENCE l0=e0', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'no movements with a line of which they have no reference, although what is matched already links them',
      {
        lines: [line('l0', { ...ref('Z'), amountMinor: 30n }), line('l1', { ...ref('X'), amountMinor: 100n })],
        expected: [
          movement('e0', { ...ref('Z'), amountMinor: 30n }),
          movement('e1', { ...ref('X', 'Z'), amountMinor: 60n }),
          movement('e2', { ...ref('Z'), amountMinor: 100n }),
        ],
      },
      ['AMOUNT_MISMATCH REFERENCE l1=e1', 'AWAITED NOT_DUE =e2', 'MATCHED REFERENCE l0=e0'],
    ],
    [
      'many with many, where references link them one to the next',
      {
        lines: [line('l1', { ...ref('A'), amountMinor: 150n }), line('l2', { ...ref('B'), amountMinor: 250n })],
        expected: [
          movement('e1', { ...ref('A'), amountMinor: 100n }),
          movement('e2', { ...ref('A', 'B'), amountMinor: 120n }),
          movement('e3', { ...ref('B'), amountMinor: 180n }),
        ],
      },
      ['MATCHED LINKED_REFERENCES l1+l2=e1+e2+e3'],
    ],
    [
      'by amount within the window of days, the oldest first',
      {
        lines: [line('l2', { bookedOn: '2026-11-20' }), line('l1', { bookedOn: '2026-11-18' })],
        expected: [movement('e2', { expectedOn: '2026-11-19' }), movement('e1', { expectedOn: '2026-11-15' })],
      },
      ['MATCHED AMOUNT_AND_DATE l1=e1', 'MATCHED AMOUNT_AND_DATE l2=e2'],
    ],
    [
      'by amount with the same counterparty before one that is not named',
      {
        lines: [line('l1', { counterparty: 'Y' }), line('l2')],
        expected: [movement('e1', { expectedOn: '2026-11-19' }), movement('e2', { counterparty: 'Y' })],
      },
      ['MATCHED AMOUNT_AND_DATE l1=e2', 'MATCHED AMOUNT_AND_DATE l2=e1'],
    ],
    [
      'one line with several expectations without any reference, where only they sum to it',
      {
        lines: [line('l', { amountMinor: 600n })],
        expected: [100n, 200n, 300n].map((amountMinor, at) => movement(`e${at}`, { amountMinor })),
      },
      ['MATCHED SUBSET l=e0+e1+e2'],
    ],
    [
      'several lines with one expectation without any reference',
      {
        lines: [101n, 202n, 5n].map((amountMinor, at) => line(`l${at}`, { amountMinor })),
        expected: [movement('e', { amountMinor: 303n })],
      },
      ['MATCHED SUBSET l0+l1=e', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'many with many of one counterparty by their sum',
      {
        lines: [150n, 250n].map((amountMinor, at) => line(`l${at}`, { amountMinor, counterparty: 'X' })),
        expected: [120n, 280n].map((amountMinor, at) => movement(`e${at}`, { amountMinor, counterparty: 'X' })),
      },
      ['MATCHED COUNTERPARTY_SUM l0+l1=e0+e1'],
    ],
    [
      'the declared fee taken off what came in, and added to what went out',
      {
        lines: [
          line('l1', { ...ref('A'), amountMinor: 9_950n }),
          line('l2', { ...ref('B'), amountMinor: -10_050n }),
          line('l3', { amountMinor: 7_950n }),
        ],
        expected: [
          movement('e1', { ...ref('A'), feeMinor: 50n }),
          movement('e2', { ...ref('B'), amountMinor: -10_000n, feeMinor: 50n }),
          movement('e3', { amountMinor: 8_000n, feeMinor: 50n }),
        ],
      },
      ['MATCHED AMOUNT_AND_DATE l3=e3', 'MATCHED REFERENCE l1=e1', 'MATCHED REFERENCE l2=e2'],
    ],
    [
      'what the bank says it kept back with the one of several equal amounts for which a fee was declared',
      {
        lines: [
          line('l1', { amountMinor: 9_980n, chargesMinor: 20n }),
          line('l2', { amountMinor: 9_980n, chargesMinor: 20n }),
        ],
        expected: [
          movement('e1'),
          movement('e2', { feeMinor: 50n }),
          movement('e3'),
          movement('e4', { feeMinor: 50n, expectedOn: '2026-11-21' }),
        ],
      },
      ['AWAITED NOT_DUE =e1', 'AWAITED NOT_DUE =e3', 'MATCHED AMOUNT_AND_DATE l1=e2', 'MATCHED AMOUNT_AND_DATE l2=e4'],
    ],
    [
      'what the bank says it kept back, up to the declared fee',
      {
        lines: [
          line('l1', { ...ref('A'), amountMinor: 9_970n, chargesMinor: 30n }),
          line('l2', { ...ref('B'), amountMinor: 9_940n, chargesMinor: 60n }),
        ],
        expected: [movement('e1', { ...ref('A'), feeMinor: 50n }), movement('e2', { ...ref('B'), feeMinor: 50n })],
      },
      ['AMOUNT_MISMATCH REFERENCE l2=e2', 'MATCHED REFERENCE l1=e1'],
    ],
    [
      'a line of nothing with nothing',
      { lines: [line('l', { amountMinor: 0n })], expected: [] },
      ['MATCHED ZERO_LINE l='],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected))
})

describe('does not match', () => {
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'a reference that was used months ago',
      {
        lines: [line('l', ref('A'))],
        expected: [movement('e', { ...ref('A'), expectedOn: '2026-08-01' })],
      },
      ['MISSING_EXTERNALLY NO_COUNTERPART =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'the same amount where both have references and share none',
      { lines: [line('l', ref('A'))], expected: [movement('e', ref('B'))] },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'the same amount with another counterparty',
      { lines: [line('l', { counterparty: 'X' })], expected: [movement('e', { counterparty: 'Y' })] },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'the same amount out of the window',
      { lines: [line('l')], expected: [movement('e', { expectedOn: '2026-11-26' })] },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'another currency under the same reference',
      { lines: [line('l', ref('A'))], expected: [movement('e', { ...ref('A'), currency: 'USD' })] },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'a credit with a debit under the same reference',
      { lines: [line('l', ref('A'))], expected: [movement('e', { ...ref('A'), amountMinor: -10_000n })] },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'a sum that several subsets have',
      {
        lines: [line('l', { amountMinor: 300n })],
        expected: [100n, 200n, 100n].map((amountMinor, at) => movement(`e${at}`, { amountMinor })),
      },
      ['AWAITED NOT_DUE =e0', 'AWAITED NOT_DUE =e1', 'AWAITED NOT_DUE =e2', 'MISSING_INTERNALLY NO_COUNTERPART l='],
    ],
    [
      'a fee below or above what was declared, which is a mismatch',
      {
        lines: [line('l1', { ...ref('A'), amountMinor: 9_980n }), line('l2', { ...ref('B'), amountMinor: 9_900n })],
        expected: [movement('e1', { ...ref('A'), feeMinor: 50n }), movement('e2', { ...ref('B'), feeMinor: 50n })],
      },
      ['AMOUNT_MISMATCH REFERENCE l1=e1', 'AMOUNT_MISMATCH REFERENCE l2=e2'],
    ],
    [
      'more than what came in, which is a mismatch as well',
      { lines: [line('l', { ...ref('A'), amountMinor: 10_001n })], expected: [movement('e', ref('A'))] },
      ['AMOUNT_MISMATCH REFERENCE l=e'],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected))
})

test('says what the account has more than the books, and what of it is the fee', () => {
  const sums = (input: Omit<MatchInput, 'day'>) =>
    match({ ...input, day: '2026-12-31' }).results.map(({ feeMinor, differenceMinor }) => [feeMinor, differenceMinor])
  const fee = { ...ref('A'), feeMinor: 50n }
  expect(sums({ lines: [line('l', { ...ref('A'), amountMinor: 9_950n })], expected: [movement('e', fee)] })).toEqual([
    [50n, 0n],
  ])
  expect(sums({ lines: [line('l', { ...ref('A'), amountMinor: 9_930n })], expected: [movement('e', fee)] })).toEqual([
    [0n, -70n],
  ])
  expect(sums({ lines: [line('l', { amountMinor: -1n })], expected: [] })).toEqual([[0n, -1n]])
  expect(sums({ lines: [], expected: [movement('e')] })).toEqual([[0n, -10_000n]])
})

test('refuses an id that is given twice, and what is expected of nothing', () => {
  expect(() => told({ lines: [line('x')], expected: [movement('x')] })).toThrow('x is given twice.')
  expect(() => told({ lines: [], expected: [movement('e', { amountMinor: 0n })] })).toThrow(RangeError)
  expect(() => told({ lines: [], expected: [movement('e', { feeMinor: -1n })] })).toThrow(RangeError)
})
