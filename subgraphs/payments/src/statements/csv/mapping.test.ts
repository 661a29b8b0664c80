import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { heldBy, outcomeOf } from '../statements.fixture.ts'
import { csv, mapping, oneRecord } from './csv.fixture.ts'

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
  ['rows to leave out by no column', mapping({ skipRows: { values: ['x'] } })],
  ['rows to leave out by no value', mapping({ skipRows: { column: 'date', values: [] } })],
  ['more values than a mapping may name', mapping({ skipRows: { column: 'date', values: Array(21).fill('x') } })],
  ['a value that is no text', mapping({ skipRows: { column: 'date', values: [10] } })],
  [
    'rows to leave out by a name without a header',
    mapping({ hasHeader: false, columns: { bookingDate: 1, amount: 2 }, skipRows: { column: 'kind', values: ['x'] } }),
  ],
  ['one mark for both', mapping({ creditMark: 'X', debitMark: 'X' })],
])('a mapping with %s is refused', async (_, value) => {
  expect(await outcomeOf(oneRecord, { mapping: value })).toMatchObject({
    ok: false,
    code: 'MAPPING_INVALID',
    message: expect.stringMatching(/\.$/),
  })
})
