import { afterEach, beforeEach, expect, test } from 'vitest'
import { camtDocument, camtStatement, mt940, ntry } from '../../statements/statements.fixture.ts'
import { type ImportStage, setImportStage } from '../../testing/import-stage.ts'

let stage: ImportStage
beforeEach(async () => {
  stage = await setImportStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

/** As banks tell of an account that has several currencies: all but the currency is the same. */
const swift = (currency: string, amount = '10.00') =>
  mt940(
    ':20:STARTUMSE',
    ':25:12345',
    ':28C:1/1',
    `:60F:C260301${currency}0,00`,
    `:61:2603020302C${amount}NTRFR//BANK-1`,
    `:62F:C260302${currency}${amount}`,
    '-',
  ).replaceAll('.', ',')
const iso =
  (kind: '053' | '054') =>
  (currency: string, amount = '10.00') =>
    camtStatement({ kind, opening: '0.00', closing: amount, entries: [ntry(amount)] }).replaceAll('EUR', currency)
const document = (kind: '053' | '054') => (statements: readonly string[]) => camtDocument(statements, { kind })

async function imported(content: string, more: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await stage.run([await stage.file('statement', content), ...more])
  return code === 0 ? (/statements {2}(.*)/.exec(stdout)?.[1] ?? stdout) : stderr
}

const stored = async () => {
  const rows = await stage.database.sql.system<{ currency: string; lines: string[] }[]>`
    select s.currency, array_agg(l.currency || l.amount_minor) as lines from bank_statement s
    join bank_statement_line l on (l.import_id, l.statement_number) = (s.import_id, s.number) group by 1 order by 1`
  return rows.map(({ currency, lines }) => [currency, ...lines])
}

const FORMATS = [
  ['MT940', swift, (statements: readonly string[]) => statements.join('')],
  ['camt.053', iso('053'), document('053')],
  ['camt.054', iso('054'), document('054')],
] as const

test.each(FORMATS)('%s: a statement in each currency of one account is imported once', async (_, statement, fileOf) => {
  expect(await imported(fileOf([statement('EUR')]))).toBe('1 new')
  expect(await imported(fileOf([statement('USD')]))).toBe('1 new')
  expect(await imported(fileOf([statement('CHF'), statement('GBP')]))).toBe('2 new')
  expect(await imported(fileOf([statement('EUR'), statement('GBP')]))).toBe('0 new, 2 known and left alone')
  expect(await imported(fileOf([statement('USD', '11.00')]))).toContain('STATEMENT_CHANGED')
  expect(await imported(fileOf([statement('USD'), statement('USD')]))).toContain('STATEMENT_REPEATED')
  expect(await stored()).toEqual(['CHF', 'EUR', 'GBP', 'USD'].map((currency) => [currency, `${currency}1000`]))
})

test('CSV: the same lines under one id are another statement in another currency', async () => {
  const mapping = (currency: string) =>
    stage.file(
      `${currency}.json`,
      JSON.stringify({ currency, columns: { account: 'account', bookingDate: 'date', amount: 'amount' } }),
    )
  const inCurrency = async (currency: string) =>
    imported('account,date,amount\n12345,2026-03-02,10.00\n', [
      ...['--mapping', await mapping(currency)],
      ...['--statement-id', 'S'],
    ])
  for (const currency of ['EUR', 'USD']) expect(await inCurrency(currency)).toBe('1 new')
  for (const currency of ['EUR', 'USD']) expect(await inCurrency(currency)).toBe('0 new, 1 known and left alone')
  expect(await stored()).toEqual([
    ['EUR', 'EUR1000'],
    ['USD', 'USD1000'],
  ])
})

const TABLE = { account: 'A-1', columns: { bookingDate: 'date', amount: 'amount', currency: 'currency' } }

test('CSV: an account with several currencies is a statement in each under one id, imported once', async () => {
  const mapping = await stage.file('mapping.json', JSON.stringify(TABLE))
  const table = (...records: string[]) =>
    imported(`date,amount,currency\n${records.map((record) => `2026-03-02,${record}\n`).join('')}`, [
      ...['--mapping', mapping],
      ...['--statement-id', 'S'],
    ])
  expect(await table('10.00,EUR', '10.00,USD', '-4.00,EUR')).toBe('2 new')
  expect(await table('10.00,EUR', '10.00,USD', '-4.00,EUR')).toBe('0 new, 2 known and left alone')
  // Whatever stands between them, and in whichever order they begin.
  expect(await table('10.00,USD', '10.00,GBP', '10.00,EUR', '-4.00,EUR')).toBe('1 new, 2 known and left alone')
  expect(await table('10.00,USD')).toBe('0 new, 1 known and left alone')
  expect(await table('10.00,EUR', '-4.00,USD', '10.00,CHF')).toContain('STATEMENT_CHANGED')
  expect(await table('10.00,EUR', '-4.00,EUR', '10.00,USD', '1.00,USD')).toContain('STATEMENT_CHANGED')
  expect(await stored()).toEqual([
    ['EUR', 'EUR1000', 'EUR-400'],
    ['GBP', 'GBP1000'],
    ['USD', 'USD1000'],
  ])
})

test('CSV: a statement that was stored without its currency is known beside a new one in another', async () => {
  const options = ['--mapping', await stage.file('mapping.json', JSON.stringify(TABLE)), '--statement-id', 'S']
  await imported('date,amount,currency\n2026-03-02,10.00,EUR\n', options)
  await stage.database.sql.system`update bank_statement set currency = null`
  const both = 'date,amount,currency\n2026-03-02,1.00,USD\n2026-03-02,10.00,EUR\n'
  expect(await imported(both, options)).toBe('1 new, 1 known and left alone')
  expect(await imported(both.replace('10.00', '11.00'), options)).toContain('STATEMENT_CHANGED')
})

test('a notification that was stored without its currency is known by that of its lines', async () => {
  const [statement, fileOf] = [iso('054'), document('054')]
  await imported(fileOf([statement('EUR')]))
  await stage.database.sql.system`update bank_statement set currency = null`
  expect(await imported(fileOf([statement('EUR'), statement('USD')]))).toBe('1 new, 1 known and left alone')
  expect(await imported(fileOf([statement('EUR', '11.00')]))).toContain('STATEMENT_CHANGED')
  expect(await imported(fileOf([statement('USD', '11.00')]))).toContain('STATEMENT_CHANGED')
})

test('a statement with nothing in it is known again, with a currency and without', async () => {
  for (const of of ['<Ccy>EUR</Ccy>', '<Ccy>XXL</Ccy>', '']) {
    const empty = (end: string) =>
      camtDocument([camtStatement({ kind: '054', statement: `S${of.length}${of.at(7)}` })], { kind: '054' }).replace(
        '<Ccy>EUR</Ccy>',
        of,
      ) + end
    expect(await imported(empty(''))).toBe('1 new')
    expect(await imported(empty('\n'))).toBe('0 new, 1 known and left alone')
    await stage.database.sql.system`update bank_statement set currency = null`
    expect(await imported(empty('\n\n'))).toBe('0 new, 1 known and left alone')
  }
})
