import { expect, test } from 'vitest'
import { heldBy, MT940_HEAD, mt940, outcomeOf } from '../statements.fixture.ts'
import { LINE_BYTES_MAX } from '../text.ts'

const END = ':62F:C260302EUR100,00'
const of = (...entries: readonly string[]) => mt940(...MT940_HEAD, ...entries)
/** A credit of 1,00 and a debit of 1,00 around what is tried, so that the balance holds whatever else is wrong. */
const withEntry = (entry: string, closing = ':62F:C260302EUR101,00') => of(entry, closing)

test('an entry is a line with its days, sign, references and place', async () => {
  const { lines, format, statements } = await heldBy(
    mt940(
      ...MT940_HEAD,
      ':61:2603020301CR20,5NTRFOWNER-1//BANK-1',
      'supplement',
      ':86:Invoice 7',
      'second line',
      ':62F:C260302EUR120,50',
      ':64:C260302EUR120,50',
      ':86:to the owner',
      '-',
    ),
  )
  expect(format).toBe('MT940')
  expect(lines).toEqual([
    {
      account: '10020030/1234567',
      statementId: 'STARTUMSE',
      entry: 1,
      bookingDate: '2026-03-01',
      valueDate: '2026-03-02',
      amount: { minor: 2050n, currency: 'EUR' },
      status: 'BOOK',
      isReversal: false,
      references: expect.objectContaining({ entryReference: 'OWNER-1', accountServicerReference: 'BANK-1' }),
      remittance: ['Invoice 7', 'second line', 'supplement'],
      counterparty: { name: undefined, account: undefined, agent: undefined },
      charges: [],
      position: { line: 5 },
    },
  ])
  expect(statements).toMatchObject([
    {
      sequence: '00049/001',
      balances: {
        opening: { amount: { minor: 10000n, currency: 'EUR' }, date: '2026-03-01' },
        closing: { amount: { minor: 12050n, currency: 'EUR' }, date: '2026-03-02' },
      },
      position: { line: 1 },
    },
  ])
})

test.each([
  ['C', '101,00', 100n, false],
  ['D', '99,00', -100n, false],
  ['RC', '99,00', -100n, true],
  ['RD', '101,00', 100n, true],
  ['CR', '101,00', 100n, false],
  ['RDR', '101,00', 100n, true],
])('the mark %s gives the sign', async (mark, closing, minor, isReversal) => {
  const { lines } = await heldBy(withEntry(`:61:260302${mark}1,NTRFNONREF`, `:62F:C260302EUR${closing}`))
  expect(lines).toMatchObject([{ amount: { minor }, isReversal, references: { entryReference: undefined } }])
})

test.each([
  ['260102', '1231', '2025-12-31'],
  ['251231', '0102', '2026-01-02'],
  ['260302', '0302', '2026-03-02'],
  ['260302', '', '2026-03-02'],
  ['990302', '', '1999-03-02'],
])('the entry date of value date %s and %s is %s', async (value, entry, expected) => {
  const { lines } = await heldBy(withEntry(`:61:${value}${entry}C1,00NTRFX`))
  expect(lines[0]?.bookingDate).toBe(expected)
})

test.each<[string, readonly string[], object]>([
  [
    'sub-fields',
    [
      '166?00SEPA-GUTSCHRIFT?109310?20EREF+E-1?21KREF+K-1?22SVWZ+Invoice 7 of',
      ' March?30COBADEFFXXX?31DE89370400440532013000?32Ada Lovela?33ce?34992',
    ],
    {
      references: { endToEndId: 'E-1', paymentInformationId: 'K-1' },
      remittance: ['Invoice 7 of March'],
      counterparty: { name: 'Ada Lovelace', account: 'DE89370400440532013000', agent: 'COBADEFFXXX' },
    },
  ],
  [
    'sub-fields without words',
    ['005?20Rent ?21March?60 2026?32Ada'],
    { references: { endToEndId: undefined }, remittance: ['Rent March 2026'], counterparty: { name: 'Ada' } },
  ],
  [
    'code words',
    ['/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A', '/NAME/Ada/REMI/Invoice 7/EREF/E-1'],
    {
      references: { endToEndId: 'E-1' },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'the counterparty in one word',
    ['/EREF/NOTPROVIDED//CNTP/NL91ABNA0417164300/ABNANL2A/Ada///REMI/USTD//Invoice 7/'],
    {
      references: { endToEndId: undefined },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'code words of Rabobank',
    [
      '/EREF/14-02-2026 18:38 718/PREF/OO9B/TRCD/102/ACCW/NL91ABNA0417164300,ABNANL2A/BENM//NAME/Ada',
      '/REMI/Invoice 7/PURP//CD/EPAY/ISDT/2026-02-14',
    ],
    {
      references: { endToEndId: '14-02-2026 18:38 718', paymentInformationId: 'OO9B', creditorReferences: [] },
      remittance: ['Invoice 7'],
      counterparty: { name: 'Ada', account: 'NL91ABNA0417164300', agent: 'ABNANL2A' },
    },
  ],
  [
    'a structured reference',
    ['/EREF/E-1/BENM//NAME/Ada/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/1234567899874563/ISDT/2026-02-14'],
    { references: { endToEndId: 'E-1', creditorReferences: ['1234567899874563'] }, remittance: [] },
  ],
  [
    'a structured reference of ING',
    ['/EREF/E-1//REMI/STRD/CUR/1234567899874563/'],
    { references: { creditorReferences: ['1234567899874563'] }, remittance: ['1234567899874563'] },
  ],
  [
    'a return',
    ['/RTYP/SEPA Incasso Terugboeking/MARF/M-1/RTRN/AC01/BBAN/80000208/NAME/Ada/REMI/May/EREF/E-1'],
    {
      returnReason: 'AC01',
      references: { endToEndId: 'E-1', mandateId: 'M-1' },
      counterparty: { name: 'Ada', account: '80000208' },
    },
  ],
  ['a batch', ['/TRTP/SEPA BATCH/PREF/109180/NRTX/162/PIND/BRUTO'], { references: { paymentInformationId: '109180' } }],
  [
    'words of a bank that the payer repeats',
    ['166?20EREF+E-1?21SVWZ+see EREF+E-2 PURP+RENT'],
    { references: { endToEndId: 'E-1' }, remittance: ['see'] },
  ],
  [
    'words with a colon',
    ['166?20Invoice 7 EREF: E-1 ?21MREF: M-1 IBAN: DE8937040?220440532013000 BIC: COBADEFFXXX'],
    {
      references: { endToEndId: 'E-1', mandateId: 'M-1' },
      remittance: ['Invoice 7'],
      counterparty: { account: 'DE89370400440532013000', agent: 'COBADEFFXXX' },
    },
  ],
  ['words of a person', ['166?20My IBAN: DE89?21 and my name'], { remittance: ['My IBAN: DE89 and my name'] }],
  ['sub-fields that say only its kind', ['805?00ENTGELT'], { remittance: ['ENTGELT'] }],
  [
    'sub-fields behind a blank',
    [' 020?00Transfer?20Rent?30', '10600076?32Ada'],
    { remittance: ['Rent'], counterparty: { name: 'Ada', agent: '10600076' } },
  ],
  [
    'sub-fields with an IBAN beside the account',
    ['020?20Rent?3010901014?310000071219812874?32Ada?38PL6110901014 ', '0000071219812874'],
    { counterparty: { name: 'Ada', account: 'PL61109010140000071219812874', agent: '10901014' } },
  ],
  [
    'sub-fields with an IBAN that is none',
    ['020?20Rent?310000071219812874?38PL99'],
    { counterparty: { account: '0000071219812874' } },
  ],
  [
    'sub-fields with another mark',
    ['000>10987>20Rent >21March>32Ada'],
    { remittance: ['Rent March'], counterparty: { name: 'Ada' } },
  ],
  ['plain text with a mark in it', ['100>20 EUR'], { remittance: ['100>20 EUR'] }],
  ['plain text', ['Invoice 7', '-5 % discount'], { remittance: ['Invoice 7', '-5 % discount'] }],
])('field 86 is read as %s', async (_, lines, expected) => {
  const held = await heldBy(of(':61:260302C1,00NTRFX', `:86:${lines.join('\r\n')}`, ':62F:C260302EUR101,00'))
  expect(held.lines).toMatchObject([expected])
})

test.each([
  ['a type filled up with blanks', ':61:260302C1,00NOV NONREF'],
  ['a blank before the type', ':61:2603020302C1,00 NTRFNONREF'],
  ['blanks for the entry date', ':61:260302    C1,00NTRFNONREF'],
  ['an amount filled up with zeros', ':61:260302C0000000000000000001,00NTRFNONREF'],
  ['blanks behind it', ':61:260302C1,00NTRF   '],
  ['an amount without a comma', ':61:260302C1NTRFNONREF'],
  ['no type before its reference', ':61:2603020302C1,00//NONREF'],
  ['a dash before it', '-:61:2603020302C1,00NTRFNONREF'],
  ['a line before it that ends nothing', '-\r\n:61:2603020302C1,00NTRFNONREF'],
  ['a line behind it that ends nothing', ':61:2603020302C1,00NTRFNONREF\r\n-'],
])('an entry may have %s', async (_, entry) => {
  const { lines } = await heldBy(withEntry(entry, ':62F:C260302EUR0000000000000101,00 '))
  expect(lines).toMatchObject([
    { amount: { minor: 100n, currency: 'EUR' }, bookingDate: '2026-03-02', references: { entryReference: undefined } },
  ])
})

test.each([
  ['in its line', 'OWNER-1//BANK-1\r\nfee', ['fee']],
  ['in the next line', 'OWNER-1\r\n//BANK-1', []],
  ['in the next line, before the supplement', 'OWNER-1\r\n//BANK-1\r\nfee', ['fee']],
])('the reference of the bank may stand %s', async (_, references, remittance) => {
  const { lines } = await heldBy(withEntry(`:61:260302C1,00NTRF${references}`))
  expect(lines).toMatchObject([
    { references: { entryReference: 'OWNER-1', accountServicerReference: 'BANK-1' }, remittance },
  ])
})

test('an amount may lack the zero before its comma', async () => {
  const { lines } = await heldBy(withEntry(':61:260302C,32NTRFX', ':62F:C260302EUR100,32'))
  expect(lines).toMatchObject([{ amount: { minor: 32n } }])
})

test('cents of a currency that has none may be zeros', async () => {
  const file = (amount: string) =>
    mt940(...MT940_HEAD.slice(0, 3), ':60F:C260301XOF5,0', `:61:260302C${amount}NTRFX`, ':62F:C260302XOF7,00')
  expect((await heldBy(file('2,00'))).lines).toMatchObject([{ amount: { minor: 2n, currency: 'XOF' } }])
  for (const amount of ['2,000', '2,01'])
    expect(await outcomeOf(file(amount))).toMatchObject({ code: 'AMOUNT_INVALID', position: { line: 5 } })
})

test('fields 86 that follow one another are the text of one entry, and before an entry one of the statement', async () => {
  const { lines } = await heldBy(
    of(':86:of the statement', ':61:260302C1,00NTRFX', ':86:Invoice 7', ':86:second', 'third', ':62F:C260302EUR101,00'),
  )
  expect(lines.map(({ remittance }) => remittance)).toEqual([['Invoice 7', 'second', 'third']])
})

test('a line of a text may begin with a colon, where no tag begins so', async () => {
  const { lines } = await heldBy(
    of(':61:260302C1,00NTRFX', ':86:166?20Ku', ':KO:NR:401?32Ada', ':62F:C260302EUR101,00'),
  )
  expect(lines).toMatchObject([{ remittance: ['Ku:KO:NR:401'], counterparty: { name: 'Ada' } }])
})

test.each([
  ['a time that was cut behind its hour', ['Paid 14-02-2026T16', ':26:37 at till 7']],
  ['a time of digits that are those of a tag', ['Paid at 17', ':20:15']],
  ['a dash alone', ['Invoice 7 of last year -', '-']],
])('a line of a text may be %s', async (_, lines) => {
  const fields = of(':61:260302C1,00NTRFX', `:86:${lines.join('\r\n')}`, ':62F:C260302EUR101,00')
  expect((await heldBy(mt940(BLOCKS, fields.trimEnd(), '-}'))).lines[0]?.remittance).toEqual(lines)
  expect((await heldBy(mt940(fields.trimEnd(), ' -', ...second, END))).lines[0]?.remittance).toEqual(lines)
})

test.each([
  ['the next statement, where the closing balance is lost', [...MT940_HEAD.map((f) => f.replace('STARTUMSE', '12'))]],
  ['an entry', [':61:260302C1,00NTRFX']],
])('what begins %s is none of a text that ends in a digit', async (_, fields) => {
  const file = of(':61:260302C1,00NTRFX', ':86:Paid at 17', ...fields, ':62F:C260302EUR101,00')
  expect((await outcomeOf(file)).ok).toBe(false)
})

test.each([
  ['260230', '2026-02-28'],
  ['260229', '2026-02-28'],
  ['280230', '2028-02-29'],
  ['280229', '2028-02-29'],
  ['000230', '2000-02-29'],
])('the value date %s, by months of 30 days, is the last day of February', async (value, expected) => {
  expect((await heldBy(withEntry(`:61:${value}0301C1,00NTRFX`))).lines[0]?.valueDate).toBe(expected)
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

test('charges beside an entry are kept, and are what the account holder pays', async () => {
  const { lines } = await heldBy(of(':61:260302C1,00NTRFX', '/OCMT/USD1,20/CHGS/EUR0,50/', ':62F:C260302EUR101,00'))
  expect(lines[0]?.charges).toEqual([
    { amount: { minor: -50n, currency: 'EUR' }, isIncluded: undefined, type: undefined },
  ])
})

test('without field 86, the supplement of the entry is what it is for', async () => {
  const { lines } = await heldBy(of(':61:260302C1,00NCHGX', 'account fee', ':62F:C260302EUR101,00'))
  expect(lines[0]?.remittance).toEqual(['account fee'])
})

const BLOCKS = '{1:F01BANKDEFFAXXX0000000000}{2:O9401200260302BANKDEFF}{3:{108:1}{119:X}}{4:'
const ING = '0000 01INGBNL2AXXXX00001'
const second = ['STARTUMSE', '00050'].reduce(
  (fields, text, at) =>
    fields.map((field) => field.replace(['STARTUMSE', '00049'][at] ?? '', at === 0 ? 'NEXT' : text)),
  MT940_HEAD,
)

test.each<[string, string | Uint8Array]>([
  ['nothing between them', mt940(...MT940_HEAD, END, ...second, END)],
  ['a dash behind each', mt940(...MT940_HEAD, END, '-', '', ...second, END, '-')],
  ["SWIFT's blocks", mt940(BLOCKS, ...MT940_HEAD, END, '-}{5:{CHK:1}}', BLOCKS, ...second, END, '-}')],
  [
    "the network's acknowledgement",
    mt940(
      `{1:F21BANKDEFFAXXX0000000000}{4:{177:2603021200}{451:0}}${BLOCKS}`,
      ...MT940_HEAD,
      END,
      `-}${BLOCKS}`,
      ...second,
      END,
      '-}',
    ),
  ],
  ["SWIFT's blocks in one line", mt940(BLOCKS, ...MT940_HEAD, END, `-}${BLOCKS}`, ...second, END, '-}')],
  [
    'lines of the bank before each',
    mt940('ABNANL2A', '940', 'ABNANL2A', ...MT940_HEAD, END, '-', 'ABNANL2A', '940', 'ABNANL2A', ...second, END, '-'),
  ],
  ['a tag of the bank before', mt940(':940:', ...MT940_HEAD, END, ...second, END)],
  ['LF alone', mt940(...MT940_HEAD, END, ...second, END).replaceAll('\r', '')],
  ['CR twice', mt940(...MT940_HEAD, END, ...second, END).replaceAll('\r', '\r\r')],
  [
    "ING's transport lines",
    mt940(ING, ING, '940 00', ...MT940_HEAD, END, '-XXX', ING, ING, '940 00', ...second, END, '-XXX'),
  ],
  ['a dash before the first', mt940('-', ...MT940_HEAD, END, '-', ...second, END, '-')],
  [
    "SWIFT's marks of beginning and end",
    mt940('\u0001', ...MT940_HEAD, END, '-\u0003', `\u0001${BLOCKS}`, ...second, END, '-}\u0003'),
  ],
  [
    'both marks in one line',
    mt940(`\u0001${BLOCKS}`, ...MT940_HEAD, END, `-}\u0003\u0001${BLOCKS}`, ...second, END, '-}\u0003'),
  ],
  [
    "DOS's mark of the end between them",
    mt940(...MT940_HEAD, END, `\u001a${second[0]}`, ...second.slice(1), END, '\u001a'),
  ],
  [
    "the braces of Handelsbanken's alphabet",
    Buffer.from(mt940('\u00e44:', ...MT940_HEAD, END, '-\u00e5', '\u00e44:', ...second, END, '-\u00e5'), 'latin1'),
  ],
  ['these braces in UTF-8', mt940('\u00e44:', ...MT940_HEAD, END, '-\u00e5', '\u00e44:', ...second, END, '-\u00e5')],
  ['a blank before each', mt940(` ${BLOCKS}`, ...MT940_HEAD, END, '-}', ` ${BLOCKS}`, ...second, END, '-}')],
  ['no line end at the end', mt940(...MT940_HEAD, END, ...second, END).trimEnd()],
  ['a byte order mark', `\ufeff${mt940(...MT940_HEAD, END, ...second, END)}`],
])('several statements may have %s', async (_, file) => {
  const { statements } = await heldBy(file)
  expect(statements.map(({ statementId }) => statementId)).toEqual(['STARTUMSE', 'NEXT'])
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
    of(':61:260302C2,NTRFX', ':61:260302D1,50NTRFX', ':62F:C260302EUR100,50', `:90D:${debits}`, `:90C:${credits}`)
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

test('a text may be written in Windows-1252, of which a control character is refused all the same', async () => {
  const file = (byte: number) =>
    Buffer.from(
      of(':61:260302C1,00NTRFX', ':86:\u00a7', ':62F:C260302EUR101,00').replace('\u00a7', String.fromCharCode(byte)),
      'latin1',
    )
  expect((await heldBy(file(0x80))).lines[0]?.remittance).toEqual(['\u20ac'])
  expect(await outcomeOf(file(0x81))).toMatchObject({ code: 'CHARACTER_NOT_ALLOWED', position: { line: 6 } })
})

test('a name may be written in UTF-8 or in Latin-1', async () => {
  const file = of(':61:260302C1,00NTRFX', ':86:Müller', ':62F:C260302EUR101,00')
  for (const encoding of ['utf8', 'latin1'] as const)
    expect((await heldBy(Buffer.from(file, encoding))).lines[0]?.remittance).toEqual(['Müller'])
})

test.each<[string, string, string, number]>([
  ['BALANCE_MISMATCH', 'a cent too much', withEntry(':61:260302C1,01NTRFX'), 6],
  ['CURRENCY_MISMATCH', 'balances in two currencies', of(':62F:C260302USD100,00'), 5],
  ['CURRENCY_MISMATCH', 'another funds code', withEntry(':61:260302CD1,00NTRFX'), 5],
  ['CURRENCY_UNKNOWN', 'a currency that is none', mt940(...MT940_HEAD.slice(0, 3), ':60F:C260301EUX1,'), 4],
  ['AMOUNT_INVALID', 'a third decimal', withEntry(':61:260302C1,000NTRFX'), 5],
  ['BALANCE_MISMATCH', 'an amount without its comma that is another one', withEntry(':61:260302C100NTRFX'), 6],
  ['AMOUNT_INVALID', 'a comma alone', withEntry(':61:260302C,NTRFX'), 5],
  ['AMOUNT_INVALID', 'two commas', withEntry(':61:260302C1,0,0NTRFX'), 5],
  ['DATE_INVALID', 'the 31st of February', withEntry(':61:260231C1,00NTRFX'), 5],
  ['DATE_INVALID', 'an entry on the 30th of February', withEntry(':61:2603010230C1,00NTRFX'), 5],
  ['DATE_INVALID', 'an entry date that is none', withEntry(':61:2603021301C1,00NTRFX'), 5],
  ['FIELD_MALFORMED', 'a mark that is none', withEntry(':61:260302X1,00NTRFX'), 5],
  ['FIELD_MALFORMED', 'a type that is none', withEntry(':61:260302C1,00XTRFX'), 5],
  ['FIELD_MALFORMED', 'a third line of an entry', withEntry(':61:260302C1,00NTRFX\r\na\r\nb'), 5],
  ['FIELD_MALFORMED', 'a balance with more behind it', of(`${END}x`), 5],
  ['FIELD_MALFORMED', 'no account', mt940(':20:X', ':25:', ':28C:1', ':60F:C260301EUR1,', ':62F:C260301EUR1,'), 2],
  ['FIELD_MALFORMED', 'a second line of an account', mt940(':20:X', ':25:1', '2', ':28C:1', ':60F:C260301EUR1,'), 2],
  ['FIELD_MALFORMED', 'the end of a block that did not begin', of(END, '-}'), 6],
  ['FIELD_MALFORMED', 'an end without its block', mt940(BLOCKS, ...MT940_HEAD, END, '-'), 7],
  ['FIELD_MALFORMED', 'a text without end', of(':61:260302C1,00NTRFX', ':86:', ...Array(1_000).fill('x'), END), 1_006],
  ['TAG_UNKNOWN', 'a tag of MT942', of(':34F:EUR0,'), 5],
  ['TAG_UNKNOWN', 'a damaged tag', of(':61:260302C1,00NTRFX', ':8x:text', END), 6],
  ['TAG_UNKNOWN', 'text before the first field', mt940('hello', ...MT940_HEAD, END), 1],
  ['TAG_OUT_OF_ORDER', 'no account', mt940(':20:X', ':28C:1'), 2],
  ['TAG_OUT_OF_ORDER', 'no opening balance', mt940(':20:X', ':25:1', ':28C:1', ':62F:C260301EUR1,'), 4],
  ['TAG_OUT_OF_ORDER', 'an entry behind the closing balance', of(END, ':61:260302C1,00NTRFX'), 6],
  ['STATEMENT_NOT_ENDED', 'an end within', of(':61:260302C1,00NTRFX', '-'), 5],
  ['TAG_OUT_OF_ORDER', 'another statement within', of(':61:260302C1,00NTRFX', '-', ...MT940_HEAD), 7],
  ['TAG_OUT_OF_ORDER', 'two totals', of(':90C:0EUR0,', ':90C:0EUR0,', END), 6],
  ['STATEMENT_NOT_ENDED', 'a file that is cut off', of(':61:260302C1,00NTRFX'), 5],
  ['STATEMENT_NOT_ENDED', 'a block that is cut off', mt940(BLOCKS, ...MT940_HEAD, END), 6],
  ['STATEMENT_REPEATED', 'a statement twice', mt940(...MT940_HEAD, END, ...MT940_HEAD, END), 6],
  ['CHARACTER_NOT_ALLOWED', 'a control character', of(':61:260302C1,00NTRFX', ':86:a\u001b[2J', END), 6],
  ['LINE_TOO_LONG', 'a line without end', of(':61:260302C1,00NTRFX', `:86:${'x'.repeat(LINE_BYTES_MAX)}`, END), 6],
])('%s refuses %s', async (code, _, file, line) => {
  const outcome = await outcomeOf(file.startsWith(':20') || file.startsWith('{') ? file : `{4:\r\n${file}`)
  const shift = file.startsWith(':20') || file.startsWith('{') ? 0 : 1
  expect(outcome).toMatchObject({ ok: false, code, position: { line: line + shift } })
})
