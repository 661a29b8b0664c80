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
      'which of several that are expected by references an entry without one is',
      {
        lines: [60n, 40n].map((amountMinor, at) => line(`l${at}`, { amountMinor, entry: 'E' })),
        expected: invoices.map((one) => ({ ...one, amountMinor: 100n })),
      },
      [...open, 'MISSING_INTERNALLY NO_COUNTERPART l0=', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected.toSorted()))
})
