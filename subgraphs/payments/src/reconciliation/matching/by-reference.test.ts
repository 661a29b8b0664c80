import { describe, expect, it } from 'vitest'
import { line, movement } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'

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
