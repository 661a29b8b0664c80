import { describe, expect, it } from 'vitest'
import { match } from './match.ts'
import type { KnownLine } from './movement.ts'
import { line, TODAY } from './movements.fixture.ts'
import { ref, told } from './told.fixture.ts'
import { standsFor } from './told-twice.ts'

type Change = Partial<KnownLine>

/** As a statement tells it, and as a notification does: entries of one message each. */
const s = (id: string, change: Change = {}): KnownLine => ({
  ...line(id, { bankReference: 'E', entry: `st/1/${id}` }),
  ...change,
})
const n = (id: string, change: Change = {}) => s(id, { entry: `nt/1/${id}`, isNotification: true, ...change })
const minor = (amountMinor: bigint) => ({ amountMinor })

describe('what a notification and a statement both tell is one movement', () => {
  const cases: [string, Parameters<typeof told>[0]['lines'], string[]][] = [
    [
      'an entry whose transactions have references of their own',
      [
        s('s', minor(150n)),
        n('n1', { ...minor(100n), bankReference: 'E', entry: 'nt/1/1' }),
        n('n2', { ...minor(50n), bankReference: 'T2', entryBankReference: 'E', entry: 'nt/1/1' }),
      ],
      ['s'],
    ],
    [
      'an entry with one transaction that has a reference of its own',
      [s('s'), n('n', { bankReference: 'T1', entryBankReference: 'E' })],
      ['n'],
    ],
    [
      'transactions that both tell, in entries of other references',
      [
        s('s1', { ...minor(100n), bankReference: 'T1', entryBankReference: 'E', entry: 'st/1/1' }),
        s('s2', { ...minor(50n), bankReference: 'T2', entryBankReference: 'E', entry: 'st/1/1' }),
        n('n1', { ...minor(100n), bankReference: 'T1' }),
        n('n2', { ...minor(50n), bankReference: 'T2' }),
      ],
      ['n1', 'n2'],
    ],
    [
      'an entry with charges of its own sign',
      [
        s('s', minor(98n)),
        n('n1', { ...minor(60n), entry: 'nt/1/1' }),
        n('n2', { ...minor(40n), entry: 'nt/1/1' }),
        n('n3', { ...minor(-2n), entry: 'nt/1/1' }),
      ],
      ['s'],
    ],
    [
      'an entry of which two messages told the parts',
      [s('s', minor(100n)), n('n1', { ...minor(40n), entry: 'nt/1/1' }), n('n2', { ...minor(60n), entry: 'nu/1/1' })],
      ['s'],
    ],
    ['two entries of one reference', [s('s1'), s('s2'), n('n1'), n('n2')], ['n1', 'n2']],
    [
      'two entries of one reference and of other amounts, of which one was notified',
      [s('s1', minor(30n)), s('s2', minor(70n)), n('n1', minor(70n))],
      ['n1'],
    ],
    [
      'what only the statement tells the charges with that are inside',
      [s('s', { ...minor(-2_025n), chargesMinor: 25n }), n('n', minor(-2_000n))],
      ['n'],
    ],
    [
      'what only the notification tells the charges with that were kept back',
      [s('s', minor(10_000n)), n('n', { ...minor(9_800n), chargesMinor: 200n })],
      ['n'],
    ],
    ['an entry that two messages notified', [s('s'), n('n1'), n('n2', { entry: 'nu/1/1' })], ['n1', 'n2']],
    [
      'an entry that one message notified whole, and another one in parts',
      [n('n'), n('n1', { ...minor(4_000n), entry: 'nu/1/1' }), n('n2', { ...minor(6_000n), entry: 'nu/1/1' })],
      ['n'],
    ],
    [
      'one of which only one of two messages told references',
      [n('n'), n('m', { ...ref('A'), entry: 'nu/1/1' })],
      ['n'],
    ],
    [
      'an entry of which only one of two messages told how the bank calls its transactions',
      [
        n('n1', { ...minor(4_000n), entry: 'nt/1/1' }),
        n('n2', { ...minor(6_000n), entry: 'nt/1/1' }),
        n('m1', { ...minor(6_000n), bankReference: 'T2', entryBankReference: 'E', entry: 'nu/1/1' }),
        n('m2', { ...minor(4_000n), bankReference: 'T1', entryBankReference: 'E', entry: 'nu/1/1' }),
      ],
      ['n1', 'n2'],
    ],
    [
      'entries that went both ways, in one message each',
      [s('s1', minor(-30n)), s('s2', minor(20n)), n('n1', minor(20n)), n('n2', minor(-30n))],
      ['n1', 'n2'],
    ],
    [
      'an entry whose charges have one of their own',
      [s('s1', minor(100n)), s('s2', { ...minor(-2n), isCharge: true }), n('n', minor(98n))],
      ['n'],
    ],
    ['what shares one of its references', [s('s', ref('A', 'B')), n('n', ref('B', 'C'))], ['n']],
    ['what only one of them knows references of', [s('s'), n('n', ref('A'))], ['n']],
    ['what the other one only mentions', [s('s', ref('A')), n('n', { ...ref('B'), mentions: ['A'] })], ['n']],
    ['what the one only mentions of the other', [s('s', { ...ref('A'), mentions: ['B'] }), n('n', ref('B'))], ['n']],
    ['what was booked some days later', [s('s', { bookedOn: '2026-11-24' }), n('n')], ['n']],
  ]
  it.each(cases)('%s', (_, lines, dropped) => {
    expect(droppedOf(lines)).toEqual(dropped)
    expect(droppedOf([...lines].reverse())).toEqual(dropped)
  })
})

describe('and two are two', () => {
  const cases: [string, Parameters<typeof told>[0]['lines']][] = [
    ['of the same kind of message', [s('s1'), s('s2')]],
    ['of two notifications that say the same', [n('n1'), n('n2', { entry: 'nu/1/1' })]],
    ['with other references', [s('s', ref('NEW')), n('n', ref('OLD'))]],
    ['of two sums, where nothing says that the rest was charged', [s('s', minor(-2_025n)), n('n', minor(-2_000n))]],
    [
      'of two sums of nothing but charges',
      [
        s('s', { ...minor(-25n), chargesMinor: 25n, isCharge: true }),
        n('n', { ...minor(-30n), chargesMinor: 30n, isCharge: true }),
      ],
    ],
    ['at other ends', [s('s', { counterparty: 'DE1' }), n('n', { counterparty: 'DE2' })]],
    ['a year apart', [s('s', { bookedOn: '2025-11-20' }), n('n')]],
    [
      'where a part of the one was booked a week later',
      [s('s'), n('n1', minor(4_000n)), n('n2', { ...minor(6_000n), entry: 'nu/1/1', bookedOn: '2026-11-27' })],
    ],
    ['in other currencies', [s('s', { currency: 'USD' }), n('n')]],
    ['of opposite signs', [s('s', minor(-10_000n)), n('n')]],
    ['without a reference of the bank', [s('s', { bankReference: undefined }), n('n', { bankReference: undefined })]],
  ]
  it.each(cases)('%s', (_, lines) => expect(droppedOf(lines)).toEqual([]))
})

describe('of what was dealt with before', () => {
  it('an entry that was dealt with, among others of its reference that cancel out: those stand for themselves', () => {
    const stated = [s('s1', minor(-30n)), s('s2', minor(20n)), s('s3', minor(-20n))]
    expect(droppedOf(stated, [n('n', minor(-30n))])).toEqual(['s1'])
    expect(droppedOf(stated, [n('n', minor(-30n)), n('m', { ...minor(20n), entry: 'nu/1/1' })])).toEqual(['s1', 's2'])
  })

  it('all stays, and what tells it again goes', () => {
    expect(droppedOf([s('s')], [n('n')])).toEqual(['s'])
    expect(droppedOf([n('n')], [s('s')])).toEqual(['n'])
    expect(
      droppedOf(
        [
          s('s', minor(150n)),
          n('n2', { ...minor(50n), bankReference: 'T2', entryBankReference: 'E', entry: 'nt/1/1' }),
        ],
        [n('n1', { ...minor(100n), bankReference: 'T1', entryBankReference: 'E', entry: 'nt/1/1' })],
      ),
    ).toEqual(['s'])
  })

  describe('a notification stands for one telling of a statement', () => {
    const gone = s('s1', { standing: 'TOLD_AGAIN' })

    it('and not for what the bank tells under its reference after that', () => {
      expect(droppedOf([s('s2')], [n('n'), gone])).toEqual([])
      expect(droppedOf([s('s2'), n('n')], [gone])).toEqual([])
      expect(droppedOf([s('s2')], [n('n1'), n('n2'), gone])).toEqual(['s2'])
      expect(droppedOf([s('s2'), n('n2')], [n('n1'), gone])).toEqual(['n2'])
    })

    it('however much the one and the other tell of it', () => {
      const part = (id: string, bankReference: string, amountMinor: bigint, entry: string) =>
        n(id, { bankReference, entryBankReference: 'E', amountMinor, entry })
      const parts = [part('n1', 'T1', 4_000n, 'nt/1/1'), part('n2', 'T2', 6_000n, 'nu/1/1')]
      expect(droppedOf([s('s2')], [...parts, gone])).toEqual([])
      expect(droppedOf([s('s2'), ...parts], [gone])).toEqual([])
    })

    it('and goes itself for none, where that went for it', () => {
      expect(droppedOf([n('n')], [gone])).toEqual([])
      expect(droppedOf([s('s')], [n('n', { standing: 'TOLD_AGAIN' })])).toEqual([])
    })
  })

  it('a notification stays, and of a statement that tells the charges as well, these', () => {
    const batch = [
      s('s1', { ...minor(-2_000n), entry: 'st/1/1' }),
      s('s2', { ...minor(-3_000n), entry: 'st/1/1' }),
      s('s3', { ...minor(-55n), chargesMinor: 55n, isCharge: true, entry: 'st/1/1' }),
    ]
    expect(droppedOf(batch, [n('n', minor(-5_000n))])).toEqual(['s1', 's2'])
  })

  it.each([
    ['that it does not know', { ...minor(-2_025n), chargesMinor: 25n }, minor(-2_000n), -25n],
    ['that were kept back of what it knows', { ...minor(9_800n), chargesMinor: 200n }, minor(10_000n), -200n],
    ['that it alone knows', minor(10_000n), { ...minor(9_800n), chargesMinor: 200n }, 200n],
  ])('a notification stays, and of a statement of one line the charges inside %s', (_, stated, notified, left) => {
    const { results } = match({ day: TODAY, lines: [s('s', stated)], known: [n('n', notified)], expected: [] })
    expect(results).toMatchObject([{ status: 'AMOUNT_MISMATCH', rule: 'ALSO_NOTIFIED', differenceMinor: left }])
  })

  it('a notification of an entry stays, and what another one tells of it goes', () => {
    const parts = [minor(4_000n), minor(6_000n)].map((of, at) => n(`n${at}`, { ...of, entry: 'nu/1/1' }))
    expect(droppedOf(parts, [n('n')])).toEqual(['n0', 'n1'])
    expect(droppedOf([n('n')], parts)).toEqual(['n'])
    expect(droppedOf(parts.slice(1), [n('n'), ...parts.slice(0, 1)])).toEqual([])
    expect(droppedOf([n('m', { entry: 'nv/1/1' })], [n('n', { standing: 'TOLD_AGAIN' }), ...parts])).toEqual([])
    // What has gone was told by another already.
    expect(droppedOf(parts, [n('n', { standing: 'TOLD_AGAIN' })])).toEqual([])
    expect(
      droppedOf(
        [n('n')],
        parts.map((part) => ({ ...part, standing: 'TOLD_AGAIN' as const })),
      ),
    ).toEqual([])
  })

  it.each([
    ['of the same message', n('n', { entry: 'nu/1/2' })],
    ['of another day', n('n', { bookedOn: '2026-11-19' })],
  ])('a notification of one sum %s is another movement, whatever it tells more', (_, other) => {
    const parts = [minor(4_000n), minor(6_000n)].map((of, at) => n(`n${at}`, { ...of, entry: 'nu/1/1' }))
    expect(droppedOf([other, ...parts])).toEqual([])
    expect(droppedOf(parts, [other])).toEqual([])
  })

  it('a notification that statements were put away for stays, however much more another one tells', () => {
    const entry = (id: string, of: Change = {}) => n(id, { entry: `n${id}/1/1`, ...of })
    const notified = [entry('a'), entry('b', { entryBankReference: 'E', bankReference: 'T' })]
    const gone = ['s1', 's2'].map((id) => s(id, { standing: 'TOLD_AGAIN' }))
    expect(droppedOf(notified)).toEqual(['a'])
    expect(droppedOf(notified, gone)).toEqual([])
    expect(droppedOf(notified.slice(1), [...notified.slice(0, 1), ...gone])).toEqual([])
    expect(droppedOf(notified.slice(1), [...notified.slice(0, 1), ...gone.slice(1)])).toEqual(['b'])
  })

  it('what is left of a notification of which a part was dismissed goes where a statement tells all of it', () => {
    const parts = (message: string) =>
      [minor(4_000n), minor(6_000n)].map((of, at) => n(`${message}${at}`, { ...of, entry: `${message}/1/1` }))
    const [left = n(''), dismissed = n('')] = parts('nu')
    const before = [{ ...dismissed, standing: 'DISMISSED' as const }]
    const stated = parts('st').map((line) => ({ ...line, isNotification: false }))
    expect(droppedOf([...stated, ...parts('nt'), left], before)).toEqual(['nt0', 'nt1', 'nu0'])
    expect(droppedOf([s('s'), ...parts('nt'), left], before)).toEqual(['s'])
    expect(droppedOf([left], [s('s'), ...before])).toEqual(['nu0'])
    expect(droppedOf([s('s', minor(4_001n)), left], before)).toEqual([])
    expect(droppedOf([s('s')], before)).toEqual([])
  })

  it('nothing goes where both sides stay', () => {
    expect(droppedOf([s('s2')], [s('s1'), n('n1')])).toEqual([])
  })
})

describe('a notification that came again stands for what a statement tells', () => {
  const again = n('n2', { entry: 'nt2/1/1' })
  const stands = (told: Parameters<typeof standsFor>[1]['told'], others: Parameters<typeof standsFor>[1]['others']) =>
    standsFor(again, { told, others, days_max: 5 })

  it('where the statement tells two, and only one other was notified', () => {
    expect(stands([s('s1'), s('s2')], [n('n1')])).toBe(true)
    expect(stands([s('s1'), s('s2')], [n('n1'), n('n3')])).toBe(false)
  })

  it('where the other one was dismissed before', () => {
    expect(stands([s('s1')], [n('n1')])).toBe(false)
    expect(stands([s('s1')], [{ ...n('n1'), standing: 'DISMISSED' }])).toBe(true)
  })

  it('and not where the statement tells another movement, or none', () => {
    expect(stands([s('s1'), s('s2', minor(1n))], [n('n1')])).toBe(false)
    expect(stands([], [n('n1')])).toBe(false)
  })

  it('in part, where the statement tells entries whole', () => {
    const part = (id: string, entry: string, amountMinor: bigint) => n(id, { amountMinor, entry })
    const once = [part('n1', 'nt/1/1', 40n), part('n2', 'nt/1/1', 60n), part('n3', 'nt2/1/1', 40n)]
    const given = (told: Parameters<typeof standsFor>[1]['told']) =>
      standsFor(part('n4', 'nt2/1/1', 60n), { told, others: once, days_max: 5 })
    expect(given([s('s1', minor(100n)), s('s2', minor(100n))])).toBe(true)
    expect(given([s('s1', minor(100n))])).toBe(false)
  })
})

function droppedOf(
  lines: Parameters<typeof told>[0]['lines'],
  known: NonNullable<Parameters<typeof told>[0]['known']> = [],
): string[] {
  return told({ lines, known, expected: [] }).flatMap((result) => {
    const [, id] = /^DUPLICATE ALSO_NOTIFIED (\w+)=/.exec(result) ?? []
    return id === undefined ? [] : [id]
  })
}
