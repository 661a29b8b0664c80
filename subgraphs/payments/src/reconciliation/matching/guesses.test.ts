import { describe, expect, it } from 'vitest'
import { line, movement } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'

describe('does not guess', () => {
  const invoices = [movement('e1', ref('INV-1')), movement('e2', ref('INV-2'))]
  const both = { mentions: ['INV-1', 'INV-2'] }
  const open = ['AWAITED NOT_DUE =e1', 'AWAITED NOT_DUE =e2']
  const nothing = [...open, 'MISSING_INTERNALLY NO_COUNTERPART l=']
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'and takes what the parties gave it before what it only mentions',
      { lines: [line('l', { ...ref('INV-2'), mentions: ['INV-1'] })], expected: invoices },
      ['AWAITED NOT_DUE =e1', 'MATCHED REFERENCE l=e2'],
    ],
    ['which of two that it mentions it pays', { lines: [line('l', both)], expected: invoices }, nothing],
    [
      'and which of two whose amount it has after the declared fee',
      {
        lines: [line('l', { ...both, amountMinor: 9_900n })],
        expected: [
          movement('e1', { ...ref('INV-1'), feeMinor: 100n }),
          movement('e2', { ...ref('INV-2'), feeMinor: 100n }),
        ],
      },
      nothing,
    ],
    [
      'and pays both where two lines name both',
      { lines: [line('l1', both), line('l2', both)], expected: invoices },
      ['MATCHED LINKED_REFERENCES l1+l2=e1+e2'],
    ],
    [
      'and pays the other when one is paid',
      { lines: [line('l', both), line('l1', ref('INV-1'))], expected: invoices },
      ['MATCHED REFERENCE l1=e1', 'MATCHED REFERENCE l=e2'],
    ],
    [
      'and pays the one whose amount it has',
      {
        lines: [line('l', both)],
        expected: [movement('e1', { ...ref('INV-1'), amountMinor: 1n }), movement('e2', ref('INV-2'))],
      },
      ['AWAITED NOT_DUE =e1', 'MATCHED REFERENCE l=e2'],
    ],
    [
      'and pays both where that is its amount',
      { lines: [line('l', { ...both, amountMinor: 20_000n })], expected: invoices },
      ['MATCHED LINKED_REFERENCES l=e1+e2'],
    ],
    [
      'and takes the one that has both of what it mentions',
      {
        lines: [line('l', { mentions: ['BATCH', 'INV-2'] })],
        expected: [movement('e1', ref('BATCH', 'INV-1')), movement('e2', ref('BATCH', 'INV-2'))],
      },
      ['AWAITED NOT_DUE =e1', 'MATCHED REFERENCE l=e2'],
    ],
    [
      'which of several that are expected by references a line without one pays',
      { lines: [line('l')], expected: invoices },
      nothing,
    ],
    [
      'and pairs them where as many come as are expected',
      { lines: [line('l1'), line('l2')], expected: invoices },
      ['MATCHED AMOUNT_AND_DATE l1=e1', 'MATCHED AMOUNT_AND_DATE l2=e2'],
    ],
    [
      'and is no guess for what is expected by references a week later: what has none on both sides is paired first',
      {
        lines: [
          line('l1', { ...ref('X-1'), bookedOn: '2026-11-19' }),
          line('l2', { ...ref('X-2'), bookedOn: '2026-11-19' }),
          line('l3'),
        ],
        expected: [movement('e1'), movement('e2'), movement('e3', { ...ref('INV-3'), expectedOn: '2026-11-27' })],
      },
      [
        'AWAITED NOT_DUE =e3',
        'MATCHED AMOUNT_AND_DATE l1=e2',
        'MATCHED AMOUNT_AND_DATE l3=e1',
        'MISSING_INTERNALLY NO_COUNTERPART l2=',
      ],
    ],
    ...['2026-11-15', '2026-11-25'].map((expectedOn): [string, Parameters<typeof told>[0], string[]] => [
      `and which it is of one of its day and one of the last day of the window, ${expectedOn}`,
      {
        lines: [line('l')],
        expected: [movement('e1', ref('INV-1')), movement('e2', { ...ref('INV-2'), expectedOn })],
      },
      nothing,
    ]),
    [
      'and takes the only one that is near',
      {
        lines: [line('l')],
        expected: [movement('e1', { ...ref('INV-1'), expectedOn: '2026-11-26' }), movement('e2', ref('INV-2'))],
      },
      ['AWAITED NOT_DUE =e1', 'MATCHED AMOUNT_AND_DATE l=e2'],
    ],
    [
      'and takes the oldest of what one customer is to pay',
      {
        lines: [line('l', { counterparty: 'X' })],
        expected: [
          movement('e1', { ...ref('INV-1'), counterparty: 'X' }),
          movement('e2', { ...ref('INV-2'), counterparty: 'X', expectedOn: '2026-11-19' }),
        ],
      },
      ['AWAITED NOT_DUE =e1', 'MATCHED AMOUNT_AND_DATE l=e2'],
    ],
    [
      'which of two of several accounts pays what is expected by a reference',
      {
        lines: [line('l1', { counterparty: 'X', bookedOn: '2026-11-19' }), line('l2', { counterparty: 'Y' })],
        expected: [movement('e', ref('INV-1'))],
      },
      ['AWAITED NOT_DUE =e', 'MISSING_INTERNALLY NO_COUNTERPART l1=', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'and which of them pays it as one of several sums',
      {
        lines: [line('l1', { counterparty: 'X' }), line('l2', { counterparty: 'Y' })],
        expected: [70n, 30n, 1n].map((minor, at) =>
          movement(`e${at}`, { ...ref(`INV-${at}`), amountMinor: minor * 100n }),
        ),
      },
      [
        ...[0, 1, 2].map((at) => `AWAITED NOT_DUE =e${at}`),
        'MISSING_INTERNALLY NO_COUNTERPART l1=',
        'MISSING_INTERNALLY NO_COUNTERPART l2=',
      ],
    ],
    [
      'and takes either where nothing tells them apart: a table that was exported twice',
      { lines: [line('l1'), line('l2')], expected: [movement('e', ref('INV-1'))] },
      ['MATCHED AMOUNT_AND_DATE l1=e', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'and takes the one of the account that is expected',
      {
        lines: [line('l1', { counterparty: 'X' }), line('l2', { counterparty: 'Y' })],
        expected: [movement('e', { ...ref('INV-1'), counterparty: 'Y' })],
      },
      ['MATCHED AMOUNT_AND_DATE l2=e', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
    [
      'and takes any where what is expected has no reference',
      {
        lines: [line('l1', { counterparty: 'X' }), line('l2', { counterparty: 'Y' })],
        expected: [movement('e')],
      },
      ['MATCHED AMOUNT_AND_DATE l1=e', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'and takes the one of them that is near',
      {
        lines: [line('l1', { counterparty: 'X', bookedOn: '2026-11-14' }), line('l2', { counterparty: 'Y' })],
        expected: [movement('e', ref('INV-1'))],
      },
      ['MATCHED AMOUNT_AND_DATE l2=e', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
    [
      'and takes the one that is near to what is expected, of two that are near to one another',
      {
        lines: [line('l1', { counterparty: 'X', bookedOn: '2026-11-16' }), line('l2', { counterparty: 'Y' })],
        expected: [movement('e', { ...ref('INV-1'), expectedOn: '2026-11-24' })],
      },
      ['MATCHED AMOUNT_AND_DATE l2=e', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
    [
      'which of several that are expected by references an entry without one is',
      {
        lines: [60n, 40n].map((amountMinor, at) => line(`l${at}`, { amountMinor, entry: 'E' })),
        expected: invoices.map((one) => ({ ...one, amountMinor: 100n })),
      },
      [...open, 'MISSING_INTERNALLY NO_COUNTERPART l0=', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected.toSorted()))

  it.each([
    ['BATCH', 'INV-17'],
    ['INV-17', 'BATCH'],
  ])('and takes the one of a large batch that it names, of %s and %s', (...mentions) => {
    const others = Array.from({ length: 16 }, (_, at) => movement(`e${at}`, ref('BATCH', `INV-${at}`)))
    const named = movement('named', { ...ref('BATCH', 'INV-17'), expectedOn: '2026-11-21' })
    const results = told({ lines: [line('l', { mentions })], expected: [...others, named] })
    expect(results).toContain('MATCHED REFERENCE l=named')
  })
})
