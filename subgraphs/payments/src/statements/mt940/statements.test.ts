// Where statements and their pages begin and end, and what they say of their entries as a whole.

import { expect, test } from 'vitest'
import { heldBy, MT940_HEAD, mt940, outcomeOf } from '../statements.fixture.ts'
import { BLOCKS, END, NEXT_HEAD, statementWith } from './mt940.fixture.ts'

const ING = '0000 01INGBNL2AXXXX00001'

test.each(['NL91ABNA0417164300EUR', 'NL91ABNA0417164300 EUR'])('the account %s is that of camt', async (written) => {
  const head = MT940_HEAD.map((field) => (field.startsWith(':25:') ? `:25:${written}` : field))
  const { lines, statements } = await heldBy(mt940(...head, ':61:260302C1,00NTRFX', ':62F:C260302EUR101,00'))
  expect([...lines, ...statements].map(({ account }) => account)).toEqual(['NL91ABNA0417164300', 'NL91ABNA0417164300'])
})

test.each<[string, string | Uint8Array]>([
  ['nothing between them', mt940(...MT940_HEAD, END, ...NEXT_HEAD, END)],
  ['a dash behind each', mt940(...MT940_HEAD, END, '-', '', ...NEXT_HEAD, END, '-')],
  ["SWIFT's blocks", mt940(BLOCKS, ...MT940_HEAD, END, '-}{5:{CHK:1}}', BLOCKS, ...NEXT_HEAD, END, '-}')],
  [
    "the network's acknowledgement",
    mt940(
      `{1:F21BANKDEFFAXXX0000000000}{4:{177:2603021200}{451:0}}${BLOCKS}`,
      ...MT940_HEAD,
      END,
      `-}${BLOCKS}`,
      ...NEXT_HEAD,
      END,
      '-}',
    ),
  ],
  ["SWIFT's blocks in one line", mt940(BLOCKS, ...MT940_HEAD, END, `-}${BLOCKS}`, ...NEXT_HEAD, END, '-}')],
  [
    'lines of the bank before each',
    mt940(
      'ABNANL2A',
      '940',
      'ABNANL2A',
      ...MT940_HEAD,
      END,
      '-',
      'ABNANL2A',
      '940',
      'ABNANL2A',
      ...NEXT_HEAD,
      END,
      '-',
    ),
  ],
  ['a tag of the bank before', mt940(':940:', ...MT940_HEAD, END, ...NEXT_HEAD, END)],
  ['LF alone', mt940(...MT940_HEAD, END, ...NEXT_HEAD, END).replaceAll('\r', '')],
  ['CR twice', mt940(...MT940_HEAD, END, ...NEXT_HEAD, END).replaceAll('\r', '\r\r')],
  [
    "ING's transport lines",
    mt940(ING, ING, '940 00', ...MT940_HEAD, END, '-XXX', ING, ING, '940 00', ...NEXT_HEAD, END, '-XXX'),
  ],
  ['a dash before the first', mt940('-', ...MT940_HEAD, END, '-', ...NEXT_HEAD, END, '-')],
  [
    "SWIFT's marks of beginning and end",
    mt940('\u0001', ...MT940_HEAD, END, '-\u0003', `\u0001${BLOCKS}`, ...NEXT_HEAD, END, '-}\u0003'),
  ],
  [
    'both marks in one line',
    mt940(`\u0001${BLOCKS}`, ...MT940_HEAD, END, `-}\u0003\u0001${BLOCKS}`, ...NEXT_HEAD, END, '-}\u0003'),
  ],
  [
    "DOS's mark of the end between them",
    mt940(...MT940_HEAD, END, `\u001a${NEXT_HEAD[0]}`, ...NEXT_HEAD.slice(1), END, '\u001a'),
  ],
  [
    "the braces of Handelsbanken's alphabet",
    Buffer.from(mt940('\u00e44:', ...MT940_HEAD, END, '-\u00e5', '\u00e44:', ...NEXT_HEAD, END, '-\u00e5'), 'latin1'),
  ],
  ['these braces in UTF-8', mt940('\u00e44:', ...MT940_HEAD, END, '-\u00e5', '\u00e44:', ...NEXT_HEAD, END, '-\u00e5')],
  ['a blank before each', mt940(` ${BLOCKS}`, ...MT940_HEAD, END, '-}', ` ${BLOCKS}`, ...NEXT_HEAD, END, '-}')],
  ['no line end at the end', mt940(...MT940_HEAD, END, ...NEXT_HEAD, END).trimEnd()],
  ['a byte order mark', `\ufeff${mt940(...MT940_HEAD, END, ...NEXT_HEAD, END)}`],
])('several statements may have %s', async (_, file) => {
  const { statements } = await heldBy(file)
  expect(statements.map(({ statementId }) => statementId)).toEqual(['STARTUMSE', 'NEXT'])
})

test('statements that a bank does not number are told apart by the day on which they close', async () => {
  const unnumbered = (opening: string, closing: string) => [
    ':20:STARTUMS',
    ':25:10020030/1234567',
    ':28C:0',
    `:60F:${opening}`,
    ':61:260302C1,00NTRFX',
    `:62F:${closing}`,
  ]
  const first = unnumbered('C260301EUR1,', 'C260302EUR2,')
  const { statements } = await heldBy(mt940(...first, '-', ...unnumbered('C260302EUR2,', 'C260303EUR3,'), '-'))
  expect(statements).toHaveLength(2)
  expect(await outcomeOf(mt940(...first, '-', ...first, '-'))).toMatchObject({ code: 'STATEMENT_REPEATED' })
})

test('pages of one statement follow one another', async () => {
  const page = (number: string, open: string, close: string) => [
    ':20:P',
    ':25:1',
    `:28C:7/${number}`,
    open,
    ':61:260302C1,NTRFX',
    close,
  ]
  const pages = (opening: string) =>
    mt940(
      ...page('1', ':60F:C260301EUR1,', ':62M:C260301EUR2,'),
      ...page('2', `:60M:C260301EUR${opening}`, ':62F:C260301EUR3,'),
    )
  expect(await heldBy(pages('2,'))).toMatchObject({ lineCount: 2 })
  const torn = pages('2,')
    .replace(':60M:C260301EUR2,', ':60M:C260301EUR5,')
    .replace(':62F:C260301EUR3,', ':62F:C260301EUR6,')
  expect(await outcomeOf(torn)).toMatchObject({ code: 'BALANCE_MISMATCH', position: { line: 10 } })
})

test('number and sum of entries are held against the entries, where they are there', async () => {
  const file = (credits: string, debits: string) =>
    statementWith(
      ':61:260302C2,NTRFX',
      ':61:260302D1,50NTRFX',
      ':62F:C260302EUR100,50',
      `:90D:${debits}`,
      `:90C:${credits}`,
    )
  await heldBy(file('1EUR2,', '1EUR1,50'))
  for (const [credits, debits] of [
    ['2EUR2,', '1EUR1,50'],
    ['1EUR2,01', '1EUR1,50'],
    ['1EUR2,', '1EUR1,5'],
  ] as const) {
    const outcome = await outcomeOf(file(credits, debits))
    expect(outcome.ok ? 'held' : outcome.code).toBe(debits === '1EUR1,5' ? 'held' : 'TOTALS_MISMATCH')
  }
})
