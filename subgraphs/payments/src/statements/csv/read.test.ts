// What a record becomes by a mapping: days, sign, amount and account.

import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { COLUMNS, csv, mapping } from './csv.fixture.ts'

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

test.each([
  ['a minus behind the amount', '1.234,50-', '.'],
  ['no-break spaces between thousands', '-1\u00a0234,50', ' '],
  ['narrow no-break spaces between thousands', '-1\u202f234,50', ' '],
])('an amount may have %s', async (_, amount, groupSign) => {
  const file = csv('date;amount', `2026-03-02;${amount}`)
  const { lines } = await heldBy(file, { mapping: mapping({ delimiter: ';', decimalSign: ',', groupSign }) })
  expect(lines).toMatchObject([{ amount: { minor: -123450n, currency: 'EUR' } }])
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

test('an account is one however its IBAN is printed', async () => {
  const records = ['NL91 ABNA 0417 1643 00', 'NL91ABNA0417164300'].map((account) => `${account},2026-03-02,1.00`)
  const { lines, statements } = await heldBy(csv('account,date,amount', ...records), {
    mapping: mapping({ account: undefined }, { account: 'account' }),
  })
  expect(lines).toHaveLength(2)
  expect(statements).toMatchObject([{ account: 'NL91ABNA0417164300', lines: 2 }])
})
