import { describe, expect, it } from 'vitest'
import { line, movement } from './movements.fixture.ts'
import { differing, ref, told } from './told.fixture.ts'

describe('of several of one amount under one reference', () => {
  const of = (counterparty?: string) => ({ ...ref('RENT'), counterparty })
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'takes the one of the account at the other end, and not the oldest',
      {
        lines: [line('l', of('X'))],
        expected: [movement('e1', { ...of('Y'), expectedOn: '2026-11-19' }), movement('e2', of('X'))],
      },
      ['AWAITED NOT_DUE =e1', 'MATCHED REFERENCE l=e2'],
    ],
    [
      'pairs each with its own account',
      {
        lines: [line('l1', of('X')), line('l2', of('Y'))],
        expected: [movement('e1', of('Y')), movement('e2', of('X'))],
      },
      ['MATCHED REFERENCE l1=e2', 'MATCHED REFERENCE l2=e1'],
    ],
    [
      'takes the one that names no account before the one that names another',
      {
        lines: [line('l1', of('X')), line('l2', of())],
        expected: [movement('e1', of('Y')), movement('e2', of())],
      },
      ['MATCHED REFERENCE l1=e2', 'MATCHED REFERENCE l2=e1'],
    ],
    [
      'takes the line of the account that is expected',
      { lines: [line('l1', of('Y')), line('l2', of('X'))], expected: [movement('e', of('X'))] },
      ['MATCHED REFERENCE l2=e', 'MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
    [
      'takes what a second line of one account is expected as, and not as another account’s',
      {
        lines: [line('l1', of('X')), line('l2', of('X'))],
        expected: [movement('e1', of('X')), movement('e2', of('Y')), movement('e3', of('X'))],
      },
      ['AWAITED NOT_DUE =e2', 'MATCHED REFERENCE l1=e1', 'MATCHED REFERENCE l2=e3'],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected.toSorted()))
})

describe('what is charged for a payment, as a line of its own under its reference', () => {
  const paid = (id: string, minor: bigint, change: object = {}) =>
    line(id, { ...ref('PAY-1'), amountMinor: -minor, ...change })
  const wanted = (id: string, feeMinor: bigint) => movement(id, { ...ref('PAY-1'), amountMinor: -10_000n, feeMinor })
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'is the fee that was declared for it',
      { lines: [paid('l1', 10_000n), paid('l2', 150n)], expected: [wanted('e', 150n)] },
      ['MATCHED REFERENCE_SUM l1+l2=e'],
    ],
    [
      'as are those of two',
      {
        lines: [paid('l1', 10_000n), paid('l2', 10_000n, { counterparty: 'Y' }), paid('l3', 300n)],
        expected: [wanted('e1', 150n), wanted('e2', 150n)],
      },
      ['MATCHED REFERENCE_SUM l1+l2+l3=e1+e2'],
    ],
    [
      'is a case where it is another amount than declared',
      { lines: [paid('l1', 10_000n), paid('l2', 151n)], expected: [wanted('e', 150n)] },
      ['MATCHED REFERENCE l1=e', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'and where none was',
      { lines: [paid('l1', 10_000n), paid('l2', 150n)], expected: [wanted('e', 0n)] },
      ['MATCHED REFERENCE l1=e', 'MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected.toSorted()))
})

describe('a line that names several movements and is not their sum', () => {
  const invoice = (number: number, change: object = {}) =>
    movement(`e${number}`, { references: [`INV${number}`], amountMinor: BigInt(number) * 100n, ...change })
  const invoices = [invoice(100), invoice(200), invoice(300)]
  const naming = (minor: bigint, ...mentions: string[]) => line('l', { mentions, amountMinor: minor })
  const THREE = ['INV100', 'INV200', 'INV300'] as const
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'is one case with all of them',
      { lines: [naming(59_900n, ...THREE)], expected: invoices },
      ['AMOUNT_MISMATCH LINKED_REFERENCES l=e100+e200+e300 -100'],
    ],
    [
      'so that none of them is found for another line by its amount',
      { lines: [naming(59_900n, ...THREE), line('o', { amountMinor: 20_000n })], expected: invoices },
      ['AMOUNT_MISMATCH LINKED_REFERENCES l=e100+e200+e300 -100', 'MISSING_INTERNALLY NO_COUNTERPART o= 20000'],
    ],
    [
      'with those of one reference and of another',
      {
        lines: [naming(59_900n, 'ORDER', 'INV300')],
        expected: [invoice(100, { references: ['ORDER'] }), invoice(200, { references: ['ORDER'] }), invoice(300)],
      },
      ['AMOUNT_MISMATCH LINKED_REFERENCES l=e100+e200+e300 -100'],
    ],
    [
      'with no more than it names where it gives the number of the customer as well',
      {
        lines: [naming(9_900n, 'INV100', 'CUSTOMER')],
        expected: invoices.map((each) => ({ ...each, references: [...each.references, 'CUSTOMER'] })),
      },
      ['AMOUNT_MISMATCH REFERENCE l=e100 -100', 'AWAITED NOT_DUE =e200 0', 'AWAITED NOT_DUE =e300 0'],
    ],
    [
      'with the one of its own reference, and not with what it mentions beside',
      {
        lines: [line('l', { references: ['INV200'], mentions: ['INV100'], amountMinor: 19_900n })],
        expected: invoices.slice(0, 2),
      },
      ['AMOUNT_MISMATCH REFERENCE l=e200 -100', 'AWAITED NOT_DUE =e100 0'],
    ],
    [
      'beside another line of the same customer that names others',
      {
        lines: [
          naming(29_900n, 'INV100', 'INV200', 'CUSTOMER'),
          line('m', { mentions: ['INV300', 'INV400', 'CUSTOMER'], amountMinor: 69_900n }),
        ],
        expected: [...invoices, invoice(400)].map((each) => ({
          ...each,
          references: [...each.references, 'CUSTOMER'],
        })),
      },
      ['AMOUNT_MISMATCH REFERENCE l=e100+e200 -100', 'AMOUNT_MISMATCH REFERENCE m=e300+e400 -100'],
    ],
    [
      'and is told alone where they are more than anybody looks at as one case',
      {
        lines: [naming(1n, ...Array.from({ length: 101 }, (_, at) => `INV${at + 1}`))],
        expected: Array.from({ length: 101 }, (_, at) => invoice(at + 1)),
      },
      [
        'MISSING_INTERNALLY NO_COUNTERPART l= 1',
        ...Array.from({ length: 101 }, (_, at) => `AWAITED NOT_DUE =e${at + 1} 0`),
      ],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(differing(input)).toEqual(expected.toSorted()))

  it('as are several lines that name one movement, each by another of its references', () => {
    const lines = [line('l1', { references: ['P1'], amountMinor: 30_000n }), line('l2', { references: ['P2'] })]
    const expected = [movement('e', { references: ['P1', 'P2'], amountMinor: 40_100n })]
    expect(differing({ lines, expected })).toEqual(['AMOUNT_MISMATCH LINKED_REFERENCES l1+l2=e -100'])
  })
})
