import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { COLUMNS_MAX } from './mapping.ts'

const COLUMNS = { bookingDate: 'date', amount: 'amount' }
const mapping = (change: object = {}, columns: object = {}) => ({
  account: 'A-1',
  currency: 'EUR',
  columns: { ...COLUMNS, ...columns },
  ...change,
})
const csv = (...records: readonly string[]) => `${records.join('\n')}\n`
const one = csv('date,amount', '2026-03-02,1.00')

test('a record is a line with its days, amount, references and place', async () => {
  const columns = {
    valueDate: 'value',
    endToEndId: 'e2e',
    transactionId: 'tx',
    accountServicerReference: 'bank',
    entryReference: 'ref',
    remittance: 'text',
    counterpartyName: 'name',
    counterpartyAccount: 'iban',
  }
  const file = csv(
    'name,iban,date,value,amount,e2e,tx,bank,ref,text',
    '"Ada, ""the first""",FR14,2026-03-02,2026-03-03,-12.5,E-1,T-1,B-1,NOTPROVIDED,"two\nlines"',
  )
  const { lines, format, statements } = await heldBy(file, { mapping: mapping({ statementId: 'MARCH' }, columns) })
  expect(format).toBe('CSV')
  expect(lines).toEqual([
    {
      account: 'A-1',
      statementId: 'MARCH',
      entry: 1,
      bookingDate: '2026-03-02',
      valueDate: '2026-03-03',
      amount: { minor: -1250n, currency: 'EUR' },
      status: 'BOOK',
      isReversal: false,
      references: expect.objectContaining({
        endToEndId: 'E-1',
        transactionId: 'T-1',
        accountServicerReference: 'B-1',
        entryReference: undefined,
      }),
      remittance: ['two\nlines'],
      counterparty: { name: 'Ada, "the first"', account: 'FR14', agent: undefined },
      charges: [],
      position: { line: 3 },
    },
  ])
  expect(statements).toMatchObject([{ statementId: 'MARCH', lines: 1, balances: undefined }])
})

test.each<[string, string, object]>([
  [
    'semicolons, a decimal comma and points between thousands',
    csv('date;amount', '02.03.2026;1.234,50'),
    { delimiter: ';', decimalSign: ',', groupSign: '.', dateFormat: 'DD.MM.YYYY' },
  ],
  [
    'no points where there could be',
    csv('date;amount', '02.03.2026;1234,5'),
    { delimiter: ';', decimalSign: ',', groupSign: '.', dateFormat: 'DD.MM.YYYY' },
  ],
  ['tabs', csv('date\tamount', '03/02/26\t1234.50'), { delimiter: '\t', dateFormat: 'MM/DD/YY' }],
  [
    'no header',
    csv('x,20260302,1234.50'),
    { hasHeader: false, dateFormat: 'YYYYMMDD', columns: { bookingDate: 2, amount: 3 } },
  ],
  ['lines before the header', csv('Bank of "X', '', 'date,amount', '2026-03-02,+1234.50'), { skipLines: 2 }],
  ['CRLF and empty lines', 'date,amount\r\n\r\n2026-03-02,01234.50\r\n\r\n', {}],
  ['a byte order mark', `\ufeff${csv('date,amount', '2026-03-02,1234.50')}`, {}],
  ['quotes around all', csv('"date","amount"', '"2026-03-02","1234.50"'), {}],
  [
    'credit and debit apart',
    csv('date,in,out', '2026-03-02,1234.50,', '2026-03-02,,0.00'),
    { columns: { bookingDate: 'date', credit: 'in', debit: 'out' } },
  ],
  [
    'a mark',
    csv('date,amount,mark', '2026-03-02,1234.50,C'),
    { creditMark: 'C', debitMark: 'D', columns: { ...COLUMNS, creditDebit: 'mark' } },
  ],
  [
    'account and currency by column',
    csv('date,amount,a,c', '2026-03-02,1234.50,A-1,EUR'),
    { account: undefined, currency: undefined, columns: { ...COLUMNS, account: 'a', currency: 'c' } },
  ],
])('reads a file with %s', async (_, file, change) => {
  const { lines } = await heldBy(file, { mapping: mapping(change) })
  expect(lines[0]).toMatchObject({
    account: 'A-1',
    bookingDate: '2026-03-02',
    amount: { minor: 123450n, currency: 'EUR' },
  })
})

test.each([
  '2026-03-02 15:12',
  '2026-03-02 9:12:22',
  '2026-03-02T15:12:22.123Z',
  '2026-03-02T15:12:22+01:00',
  '2026-03-02 3:12 PM',
])('a time behind a date is left out: %s', async (text) => {
  const { lines } = await heldBy(csv('date,amount', `${text},1.00`), { mapping: mapping() })
  expect(lines).toMatchObject([{ bookingDate: '2026-03-02' }])
})

const APART = { columns: { bookingDate: 'date', credit: 'in', debit: 'out' } }

test('debits in a column of their own may have a minus, all or none', async () => {
  const file = (...debits: readonly string[]) =>
    csv('date,in,out', ...debits.map((debit) => `2026-03-02,,${debit}`), '2026-03-02,5.00,0.00')
  for (const debits of [
    ['1.00', '2.00', '0.00'],
    ['0.00', '-1.00', '-2.00'],
  ])
    expect(
      (await heldBy(file(...debits), { mapping: mapping(APART) })).lines.reduce(
        (sum, { amount }) => sum + amount.minor,
        0n,
      ),
    ).toBe(200n)
  for (const debits of [
    ['1.00', '-2.00'],
    ['-1.00', '2.00'],
  ])
    expect(await outcomeOf(file(...debits), { mapping: mapping(APART) })).toMatchObject({
      code: 'AMOUNT_INVALID',
      position: { line: 3, path: 'debit' },
    })
})

test.each([
  ['DBIT', -100n],
  ['CRDT', 100n],
])('the mark %s gives the sign', async (mark, minor) => {
  const file = csv('date,amount,mark', `2026-03-02,1.00,${mark}`)
  const { lines } = await heldBy(file, { mapping: mapping({}, { creditDebit: 'mark' }) })
  expect(lines).toMatchObject([{ amount: { minor } }])
})

test('Latin-1 is read where it is declared, and refused with its line where it is not', async () => {
  const file = Buffer.from(csv('date,amount,text', '2026-03-02,1.00,Müller'), 'latin1')
  const change = mapping({ encoding: 'latin1' }, { remittance: 'text' })
  expect((await heldBy(file, { mapping: change })).lines[0]?.remittance).toEqual(['Müller'])
  expect(await outcomeOf(file, { mapping: mapping() })).toMatchObject({
    code: 'ENCODING_INVALID',
    position: { line: 2 },
  })
})

test.each(['\n', '\r\n', '\r', '\r\r\n', '\n\r'])(
  'each record ends with its line, whatever ends lines: %j',
  async (end) => {
    const file = ['2026-03-02,1.00,"a"', '2026-03-03,2.00,b', '2026-03-04,4.00,"c\r\nd"', ''].join(end)
    const change = mapping({ hasHeader: false, columns: { bookingDate: 1, amount: 2, remittance: 3 } })
    for (const chunkSize of [1, 2, 3, 1_000]) {
      const { lines } = await heldBy(file, { mapping: change }, chunkSize)
      expect(lines.map(({ amount, remittance }) => [amount.minor, ...remittance])).toEqual([
        [100n, 'a'],
        [200n, 'b'],
        [400n, 'c\r\nd'],
      ])
    }
  },
)

test('what stands behind the table is skipped where it is declared, and a record that is torn never', async () => {
  const table = ['date,amount,text', '2026-03-02,1.00,a', '2026-03-03,2.00,b']
  const behind = ['', 'Balance on 2026-03-03,3.00', 'Disclaimer:', 'no, warranty, of, any, kind']
  const change = mapping({ footer: 'Balance on ' })
  expect(await heldBy(csv(...table, ...behind), { mapping: change })).toMatchObject({ lineCount: 2 })
  expect(await heldBy(csv(...table), { mapping: change })).toMatchObject({ lineCount: 2 })
  const long = csv(...table, ...behind, ...Array<string>(2_000).fill('no warranty of any kind whatsoever'))
  expect((await heldBy(long, { mapping: change })).digest).toBe(hash('sha256', long))
  expect(await outcomeOf(csv(...table, ...behind, ...table), { mapping: change })).toMatchObject({
    code: 'COLUMN_COUNT',
    position: { line: 8 },
  })
  const likeIt = mapping({ footer: '2026-03-03' })
  expect(await heldBy(csv(...table), { mapping: likeIt })).toMatchObject({ lineCount: 2 })
  for (const torn of ['2026-03-04,4.00', '2026-03-04,4.00,c,d', 'Balance,3.00'])
    expect(await outcomeOf(csv(...table, torn, ...behind), { mapping: change })).toMatchObject({
      code: 'COLUMN_COUNT',
      position: { line: 4 },
    })
  expect(await outcomeOf(csv(...table, ...behind), { mapping: mapping() })).toMatchObject({ code: 'COLUMN_COUNT' })
})

const along = (...records: readonly string[]) =>
  csv('date,amount,balance', ...records.map((record) => `2026-03-02,${record}`))

test.each([
  ['OLDEST_FIRST', along('1.00,11.00', '-3.00,8.00', '2.00,10.00')],
  ['NEWEST_FIRST', along('2.00,10.00', '-3.00,8.00', '1.00,11.00')],
])('the balance along the records is checked: %s', async (order, file) => {
  const options = { mapping: mapping({ order }, { balance: 'balance' }) }
  const { statements } = await heldBy(file, options)
  expect(statements).toMatchObject([
    { balances: { opening: { amount: { minor: 1000n } }, closing: { amount: { minor: 1000n } } } },
  ])
  expect(await outcomeOf(file.replace('8.00', '8.01'), options)).toMatchObject({
    code: 'BALANCE_MISMATCH',
    position: { line: 3, path: 'balance' },
  })
})

test('declared balances are held against the sum', async () => {
  const options = (closingBalance: string) => ({ mapping: mapping({ openingBalance: '-5.00', closingBalance }) })
  expect(await heldBy(one, options('-4'))).toMatchObject({ lineCount: 1 })
  expect(await outcomeOf(one, options('-4.01'))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})

test('declared balances are held against those along the records as well', async () => {
  const file = along('1.00,11.00', '2.00,13.00')
  const options = (openingBalance: string, closingBalance: string) => ({
    mapping: mapping({ order: 'OLDEST_FIRST', openingBalance, closingBalance }, { balance: 'balance' }),
  })
  expect(await heldBy(file, options('10.00', '13.00'))).toMatchObject({ lineCount: 2 })
  expect(await outcomeOf(file, options('9.00', '12.00'))).toMatchObject({ code: 'BALANCE_MISMATCH' })
})

test('accounts of one file are statements of their own', async () => {
  const file = csv('date,amount,a', '2026-03-02,1.00,A', '2026-03-02,2.00,B', '2026-03-02,3.00,A')
  const { statements, lines } = await heldBy(file, { mapping: mapping({ account: undefined }, { account: 'a' }) })
  expect(statements.map(({ account, lines }) => [account, lines])).toEqual([
    ['A', 2],
    ['B', 1],
  ])
  expect(lines.map(({ entry }) => entry)).toEqual([1, 1, 2])
})

test.each([
  ['a minus behind the amount', '1.234,50-', '.'],
  ['no-break spaces between thousands', '-1\u00a0234,50', ' '],
  ['narrow no-break spaces between thousands', '-1\u202f234,50', ' '],
])('an amount may have %s', async (_, amount, groupSign) => {
  const file = csv('date;amount', `2026-03-02;${amount}`)
  const { lines } = await heldBy(file, { mapping: mapping({ delimiter: ';', decimalSign: ',', groupSign }) })
  expect(lines).toMatchObject([{ amount: { minor: -123450n, currency: 'EUR' } }])
})

test('the encoding of Windows is read, quotes and the euro sign included', async () => {
  const file = Buffer.concat([
    Buffer.from('date,amount,text\n2026-03-02,1.00,'),
    Buffer.from([0x80, 0x20, 0x84, 0xfc, 0x93]),
  ])
  const { lines } = await heldBy(file, { mapping: mapping({ encoding: 'windows-1252' }, { remittance: 'text' }) })
  expect(lines).toMatchObject([{ remittance: ['€ „ü“'] }])
})

test.each<[string, string, string, object]>([
  ['COLUMN_COUNT', 'a column too few', csv('date,amount', '2026-03-02'), {}],
  ['COLUMN_COUNT', 'columns without end', csv(`date,amount${','.repeat(COLUMNS_MAX)}`), {}],
  ['COLUMN_COUNT', 'a column too many', csv('date,amount', '2026-03-02,1,00'), {}],
  ['COLUMN_MISSING', 'another header', csv('day,amount', '2026-03-02,1.00'), {}],
  ['COLUMN_MISSING', 'a column that is there twice', csv('date,amount,amount', '2026-03-02,1.00,2.00'), {}],
  ['QUOTE_NOT_CLOSED', 'a quote that is not closed', csv('date,amount', '"2026-03-02,1.00'), {}],
  ['QUOTE_MISPLACED', 'text behind a quote', csv('date,amount', '"2026"-03-02,1.00'), {}],
  ['QUOTE_MISPLACED', 'a quote within a value', csv('date,amount', '20"26-03-02,1.00'), {}],
  ['LINE_TOO_LONG', 'a record without end', csv('date,amount', `${'x'.repeat(100_000)},1`), {}],
  ['CHARACTER_NOT_ALLOWED', 'a control character', csv('date,amount', '2026-03-02,1.00\u001b'), {}],
  ['ELEMENT_MISSING', 'no amount', csv('date,amount', '2026-03-02,'), {}],
  ['ELEMENT_MISSING', 'no date', csv('date,amount', ',1.00'), {}],
  ['DATE_INVALID', 'a date of another layout', csv('date,amount', '02.03.2026,1.00'), {}],
  ['DATE_INVALID', 'the 30th of February', csv('date,amount', '2026-02-30,1.00'), {}],
  ['AMOUNT_INVALID', 'a third decimal', csv('date,amount', '2026-03-02,1.000'), {}],
  ['AMOUNT_INVALID', 'thousands where none are declared', csv('date,amount', '2026-03-02,"1,000"'), {}],
  ['AMOUNT_INVALID', 'two signs', csv('date,amount', '2026-03-02,-1.00-'), {}],
  ['AMOUNT_INVALID', 'thousands of two digits', csv('date,amount', "2026-03-02,1'00"), { groupSign: "'" }],
  [
    'AMOUNT_INVALID',
    'a minus beside a mark',
    csv('date,amount,m', '2026-03-02,-1.00,CRDT'),
    { columns: { ...COLUMNS, creditDebit: 'm' } },
  ],
  [
    'AMOUNT_INVALID',
    'credit and debit at once',
    csv('date,c,d', '2026-03-02,1.00,1.00'),
    { columns: { bookingDate: 'date', credit: 'c', debit: 'd' } },
  ],
  [
    'AMOUNT_INVALID',
    'neither credit nor debit',
    csv('date,c,d', '2026-03-02,,'),
    { columns: { bookingDate: 'date', credit: 'c', debit: 'd' } },
  ],
  [
    'VALUE_INVALID',
    'a mark that is none',
    csv('date,amount,m', '2026-03-02,1.00,X'),
    { columns: { ...COLUMNS, creditDebit: 'm' } },
  ],
  [
    'CURRENCY_UNKNOWN',
    'a currency that is none',
    csv('date,amount,c', '2026-03-02,1.00,EUX'),
    { currency: undefined, columns: { ...COLUMNS, currency: 'c' } },
  ],
  [
    'CURRENCY_MISMATCH',
    'two currencies of one account',
    csv('date,amount,c', '2026-03-02,1.00,EUR', '2026-03-02,1.00,USD'),
    { currency: undefined, columns: { ...COLUMNS, currency: 'c' } },
  ],
  ['EMPTY_FILE', 'a header alone', csv('date,amount'), {}],
  ['EMPTY_FILE', 'nothing', '', {}],
])('%s refuses %s', async (code, _, file, change) => {
  expect(await outcomeOf(file, { mapping: mapping(change) })).toMatchObject({ ok: false, code })
})

test('the mapping that the operations guide shows is one', async () => {
  const guide = await readFile(new URL('../../../../../docs/operations.md', import.meta.url), 'utf8')
  const shown = [...guide.matchAll(/^```json\n([\s\S]*?)^```/gm)]
    .map(([, text = '']) => JSON.parse(text))
    .find(({ columns }) => columns)
  const file = csv(
    'Kontoauszug;"',
    ...[';', ';', ';'],
    'Buchungstag;Wertstellung;Name;IBAN;Verwendungszweck;Betrag;Saldo',
    '03.03.2026;03.03.2026;Müller;FR14;Rent;-1.000,00;500,50',
    '02.03.2026;02.03.2026;Ada;FR15;Pay;1.500,00;1.500,50',
  )
  const { statements, lines } = await heldBy(Buffer.from(file, 'latin1'), { mapping: shown })
  expect(lines.map(({ amount, counterparty }) => [amount.minor, counterparty.name])).toEqual([
    [-100000n, 'Müller'],
    [150000n, 'Ada'],
  ])
  expect(statements).toMatchObject([
    { balances: { opening: { amount: { minor: 50n } }, closing: { amount: { minor: 50050n } } } },
  ])
})

test.each<[string, unknown]>([
  ['nothing', {}],
  ['no object', 'x'],
  ['an unknown key', mapping({ seperator: ';' })],
  ['no account', mapping({ account: undefined })],
  ['two accounts', mapping({}, { account: 'a' })],
  ['no currency', mapping({ currency: undefined })],
  ['a currency that is none', mapping({ currency: 'EUX' })],
  ['no amount', mapping({ columns: { bookingDate: 'date' } })],
  ['credit alone', mapping({ columns: { bookingDate: 'date', credit: 'c' } })],
  ['amount and credit and debit', mapping({}, { credit: 'c', debit: 'd' })],
  ['a mark without amount', mapping({ columns: { bookingDate: 'date', credit: 'c', debit: 'd', creditDebit: 'm' } })],
  ['one sign for two things', mapping({ groupSign: '.' })],
  ['names without a header', mapping({ hasHeader: false })],
  ['a date without day', mapping({ dateFormat: 'YYYY-MM' })],
  ['a date with two months', mapping({ dateFormat: 'YYYY-MM-DD-MM' })],
  ['an opening balance alone', mapping({ openingBalance: '1.00' })],
  ['one mark for both', mapping({ creditMark: 'X', debitMark: 'X' })],
])('a mapping with %s is refused', async (_, value) => {
  expect(await outcomeOf(one, { mapping: value })).toMatchObject({
    ok: false,
    code: 'MAPPING_INVALID',
    message: expect.stringMatching(/\.$/),
  })
})
