import { describe, expect, it } from 'vitest'
import { line, movement } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'

describe('finds duplicates', () => {
  const twice = [line('l1', ref('A')), line('l2', { ...ref('A'), bookedOn: '2026-11-21' })]
  const statement = { bankReference: 'BANK-1' }
  const notification = { bankReference: 'BANK-1', isNotification: true }
  const cases: [string, Parameters<typeof told>[0], string[]][] = [
    [
      'a line that comes again, of which one was expected',
      { lines: twice, expected: [movement('e', ref('A'))] },
      ['DUPLICATE REPEATED_LINE l2=', 'MATCHED REFERENCE l1=e'],
    ],
    [
      'and not where two were expected',
      { lines: twice, expected: [movement('e1', ref('A')), movement('e2', ref('A'))] },
      ['MATCHED REFERENCE l1=e1', 'MATCHED REFERENCE l2=e2'],
    ],
    [
      'and not where the second is expected a month later: it may be the first one, told again',
      { lines: twice, expected: [movement('e1', ref('A')), movement('e2', { ...ref('A'), expectedOn: '2026-12-20' })] },
      ['AWAITED NOT_DUE =e2', 'DUPLICATE REPEATED_LINE l2=', 'MATCHED REFERENCE l1=e1'],
    ],
    [
      'and not as a part of what one movement is of, nor of what it differs by',
      { lines: twice, expected: [movement('e', { ...ref('A'), amountMinor: 20_000n })] },
      ['AMOUNT_MISMATCH REFERENCE l1=e', 'DUPLICATE REPEATED_LINE l2='],
    ],
    [
      'but where one message tells both, and the bank calls each by another reference',
      {
        lines: ['B', 'C'].map((bankReference) => line(bankReference, { ...ref('A'), bankReference, entry: 'S/1' })),
        expected: [movement('e', { ...ref('A'), amountMinor: 20_000n })],
      },
      ['MATCHED REFERENCE_SUM B+C=e'],
    ],
    [
      'and not where two messages do',
      {
        lines: ['B', 'C'].map((bankReference) =>
          line(bankReference, { ...ref('A'), bankReference, entry: `${bankReference}/1` }),
        ),
        expected: [movement('e', { ...ref('A'), amountMinor: 20_000n })],
      },
      ['AMOUNT_MISMATCH REFERENCE B=e', 'DUPLICATE REPEATED_LINE C='],
    ],
    [
      'a line that another message tells under the same reference of the bank, though two were expected',
      {
        lines: [
          line('l1', { ...ref('A'), bankReference: 'B', entry: 'S/1' }),
          line('l2', { ...ref('A'), bankReference: 'B', entry: 'T/1' }),
        ],
        expected: [movement('e1', ref('A')), movement('e2', ref('A'))],
      },
      ['DUPLICATE REPEATED_EXPECTATION =e2', 'DUPLICATE REPEATED_LINE l2=', 'MATCHED REFERENCE l1=e1'],
    ],
    [
      'and also where one alike came between them',
      {
        lines: ['B', 'C', 'B'].map((bankReference, at) =>
          line(`l${at}`, { ...ref('A'), bankReference, entry: `${at}/1`, bookedOn: `2026-11-1${at}` }),
        ),
        expected: ['e1', 'e2', 'e3'].map((id) => movement(id, { ...ref('A'), expectedOn: '2026-11-11' })),
        day: '2026-11-12',
      },
      [
        'DUPLICATE REPEATED_EXPECTATION =e3',
        'DUPLICATE REPEATED_LINE l2=',
        'MATCHED REFERENCE l0=e1',
        'MATCHED REFERENCE l1=e2',
      ],
    ],
    [
      'and not where one message tells both, or the bank calls them by two references',
      {
        lines: [
          line('l1', { ...ref('A'), bankReference: 'B', entry: 'S/1' }),
          line('l2', { ...ref('A'), bankReference: 'B', entry: 'S/2' }),
          line('l3', { ...ref('A'), bankReference: 'C', entry: 'T/1' }),
        ],
        expected: ['e1', 'e2', 'e3'].map((id) => movement(id, ref('A'))),
      },
      ['MATCHED REFERENCE l1=e1', 'MATCHED REFERENCE l2=e2', 'MATCHED REFERENCE l3=e3'],
    ],
    [
      'a line that comes again after the first was dealt with',
      { lines: twice.slice(1), known: twice.slice(0, 1), expected: [movement('e')] },
      ['AWAITED NOT_DUE =e', 'DUPLICATE REPEATED_LINE l2='],
    ],
    [
      'and not what comes again a month later',
      {
        lines: [line('l2', { ...ref('RENT'), bookedOn: '2026-12-20' })],
        known: [line('l1', ref('RENT'))],
        expected: [],
      },
      ['MISSING_INTERNALLY NO_COUNTERPART l2='],
    ],
    [
      'a line that comes a third time, close to the second alone',
      {
        lines: [line('l3', { ...ref('A'), bookedOn: '2026-11-28' })],
        known: [line('l1', ref('A')), { ...line('l2', { ...ref('A'), bookedOn: '2026-11-24' }), standing: 'REPEATED' }],
        expected: [],
      },
      ['DUPLICATE REPEATED_LINE l3='],
    ],
    [
      'a line that comes again after it had come again and was dismissed',
      {
        lines: [line('l3', ref('A'))],
        known: [line('l1', ref('A')), { ...line('l2', ref('A')), standing: 'DISMISSED' }],
        expected: [movement('e')],
      },
      ['AWAITED NOT_DUE =e', 'DUPLICATE REPEATED_LINE l3='],
    ],
    [
      'and not the one that others of its day were found to repeat',
      { lines: [line('l1', ref('A'))], known: [{ ...line('l2', ref('A')), standing: 'REPEATED' }], expected: [] },
      ['MISSING_INTERNALLY NO_COUNTERPART l1='],
    ],
    [
      'and not what stands twice in an entry of which one came again, however that was ended',
      {
        lines: [line('l3', { ...ref('A'), entry: 'E' })],
        known: [line('l1', ref('A')), { ...line('l2', { ...ref('A'), entry: 'E' }), standing: 'REPEATED' }],
        expected: [],
      },
      ['MISSING_INTERNALLY NO_COUNTERPART l3='],
    ],
    [
      'and not the equal lines of one batch',
      {
        lines: [line('l1', { ...statement, entry: 'E' }), line('l2', { ...statement, entry: 'E' })],
        expected: [movement('e1'), movement('e2')],
      },
      ['MATCHED AMOUNT_AND_DATE l1=e1', 'MATCHED AMOUNT_AND_DATE l2=e2'],
    ],
    [
      'what was expected twice and came once',
      { lines: [line('l', ref('A'))], expected: [movement('e1', ref('A')), movement('e2', ref('A'))] },
      ['DUPLICATE REPEATED_EXPECTATION =e2', 'MATCHED REFERENCE l=e1'],
    ],
    [
      'what is expected again after the first was met',
      { lines: [], expected: [movement('e2', ref('A'))], met: [movement('e1', ref('A'))] },
      ['DUPLICATE REPEATED_EXPECTATION =e2'],
    ],
    [
      'and not what is expected again a month later',
      {
        lines: [line('l', ref('RENT'))],
        expected: [movement('e1', ref('RENT')), movement('e2', { ...ref('RENT'), expectedOn: '2026-12-20' })],
      },
      ['AWAITED NOT_DUE =e2', 'MATCHED REFERENCE l=e1'],
    ],
    [
      'a movement that a notification and a statement tell: once',
      { lines: [line('n', notification), line('s', statement)], expected: [movement('e')] },
      ['DUPLICATE ALSO_NOTIFIED n=', 'MATCHED AMOUNT_AND_DATE s=e'],
    ],
    [
      'the entry of a batch whose transactions were notified: they tell more',
      {
        lines: [
          line('s', statement),
          line('n1', { ...notification, ...ref('A'), amountMinor: 4_000n }),
          line('n2', { ...notification, ...ref('B'), amountMinor: 6_000n }),
        ],
        expected: [
          movement('e1', { ...ref('A'), amountMinor: 4_000n }),
          movement('e2', { ...ref('B'), amountMinor: 6_000n }),
        ],
      },
      ['DUPLICATE ALSO_NOTIFIED s=', 'MATCHED REFERENCE n1=e1', 'MATCHED REFERENCE n2=e2'],
    ],
    [
      'the statement of what a notification told and was matched with',
      { lines: [line('s', statement)], known: [line('n', notification)], expected: [] },
      ['DUPLICATE ALSO_NOTIFIED s='],
    ],
    [
      'the one of two entries of a statement that a notification told, and not the one that it told again and that was dismissed',
      {
        lines: [line('s1', { ...statement, entry: 'S/1' }), line('s2', { ...statement, entry: 'S/2' })],
        known: [line('n1', notification), { ...line('n2', notification), standing: 'DISMISSED' }],
        expected: [],
      },
      ['DUPLICATE ALSO_NOTIFIED s1=', 'DUPLICATE REPEATED_LINE s2='],
    ],
    [
      'what a statement tells again of which its parts were notified, whether the first is dealt with or not',
      {
        lines: [line('s1', { ...statement, entry: 'S/1' }), line('s2', { ...statement, entry: 'S/2' })],
        known: [
          line('n1', { ...notification, ...ref('A'), amountMinor: 4_000n, entry: 'N/1' }),
          line('n2', { ...notification, ...ref('B'), amountMinor: 6_000n, entry: 'N/1' }),
        ],
        expected: [],
      },
      ['DUPLICATE ALSO_NOTIFIED s1=', 'DUPLICATE REPEATED_LINE s2='],
    ],
    [
      'and not the notification that stands for what a statement told',
      { lines: [line('n', notification)], known: [{ ...line('s', statement), standing: 'TOLD_AGAIN' }], expected: [] },
      ['MISSING_INTERNALLY NO_COUNTERPART n='],
    ],
    [
      'and not where the amounts differ',
      { lines: [line('s', statement), line('n', { ...notification, amountMinor: 1n })], expected: [] },
      ['MISSING_INTERNALLY NO_COUNTERPART n=', 'MISSING_INTERNALLY NO_COUNTERPART s='],
    ],
  ]
  it.each(cases)('%s', (_, input, expected) => expect(told(input)).toEqual(expected))
})
