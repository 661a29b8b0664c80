import { expect, test } from 'vitest'
import { outcomeOf } from '../statements.fixture.ts'
import { COLUMNS, csv, mapping } from './csv.fixture.ts'
import { COLUMNS_MAX } from './mapping.ts'

test.each<[string, string, string, object]>([
  ['COLUMN_COUNT', 'a column too few', csv('date,amount', '2026-03-02'), {}],
  ['COLUMN_COUNT', 'columns without end', csv(`date,amount${','.repeat(COLUMNS_MAX)}`), {}],
  ['COLUMN_COUNT', 'a column too many', csv('date,amount', '2026-03-02,1,00'), {}],
  ['COLUMN_MISSING', 'another header', csv('day,amount', '2026-03-02,1.00'), {}],
  ['COLUMN_MISSING', 'a column that is there twice', csv('date,amount,amount', '2026-03-02,1.00,2.00'), {}],
  [
    'COLUMN_MISSING',
    'a header without the column by which rows are left out',
    csv('date,amount', '2026-03-02,1.00'),
    { skipRows: { column: 'kind', values: ['10'] } },
  ],
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
    'two currencies where one opening balance is declared',
    csv('date,amount,c', '2026-03-02,1.00,EUR', '2026-03-02,1.00,USD'),
    { currency: undefined, openingBalance: '0', closingBalance: '1', columns: { ...COLUMNS, currency: 'c' } },
  ],
  ['EMPTY_FILE', 'a header alone', csv('date,amount'), {}],
  ['EMPTY_FILE', 'nothing', '', {}],
])('%s refuses %s', async (code, _, file, change) => {
  expect(await outcomeOf(file, { mapping: mapping(change) })).toMatchObject({ ok: false, code })
})
