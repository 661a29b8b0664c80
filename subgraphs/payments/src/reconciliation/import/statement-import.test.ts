import { addDays, dayOf } from '@carriergraph/shared/day.ts'
import { Lease } from '@carriergraph/shared/db/lease.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  camt,
  camtDocument,
  camtStatement,
  MT940_HEAD,
  mt940,
  ntry,
  txDtls,
} from '../../statements/statements.fixture.ts'
import { type ImportStage, NOW, setImportStage } from '../../testing/import-stage.ts'
import { IMPORT_BATCH } from './import-statement.ts'

let stage: ImportStage
beforeEach(async () => {
  stage = await setImportStage()
})
afterEach(() => stage[Symbol.asyncDispose]())

const entries = [ntry('10.00', { details: txDtls('4.00') + txDtls('6.00') }), ntry('1.50', { sign: 'DBIT' })]
const good = camt({ closing: '108.50', entries })
const NOTHING = { seen: 0, stored: 0, imports: 0, events: 0 }

test('stores the lines of a file with all that reconciliation needs, and tells the journal', async () => {
  const { code, stdout, stderr } = await stage.run([await stage.file('a.xml', good)])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '3 of 3 lines\n' })
  expect(stdout).toMatch(/^format {6}camt.053\nsha256 {6}[0-9a-f]{64}\nstatements {2}1 new\nlines {7}3\n$/)
  expect(await stage.lines()).toEqual({ seen: 3, stored: 3, imports: 1, events: 1 })
  const rows = await stage.database.sql.system`
    select tenant_id, account, entry, status, booked_on::text, value_on::text, amount_minor::text, charges_minor::text,
      currency, "references", bank_reference, item_id
    from bank_statement_line order by id`
  expect([...rows]).toMatchObject([
    { tenant_id: 'demo', account: 'DE89370400440532013000', entry: 1, amount_minor: '400', references: ['E-4.00'] },
    { entry: 1, amount_minor: '600', status: 'BOOK', booked_on: '2026-03-02', value_on: '2026-03-03' },
    { entry: 2, amount_minor: '-150', currency: 'EUR', references: [], bank_reference: null, item_id: null },
  ])
  const [statement] = await stage.database.sql.system`
    select account, statement_id, sequence, closing_on, opening_minor::text, closing_minor::text, lines from bank_statement`
  expect(statement).toEqual({
    account: 'DE89370400440532013000',
    statement_id: 'S-1',
    sequence: '7',
    closing_on: '2026-03-02',
    opening_minor: '10000',
    closing_minor: '10850',
    lines: 3,
  })
})

test('the same file again imports nothing twice, nor does another file with the same statement', async () => {
  const first = await stage.file('a.xml', good)
  await stage.run([first])
  const again = await stage.run([first])
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('statements  0 new, 1 known and left alone\n'),
  })
  const both = camtDocument([
    camtStatement({ closing: '108.50', entries }),
    camtStatement({ statement: 'S-2', opening: '108.50', closing: '109.50', entries: [ntry('1.00')] }),
  ])
  const other = await stage.run([await stage.file('b.xml', both)])
  expect(other).toMatchObject({ code: 0, stdout: expect.stringMatching(/1 new, 1 known and left alone\nlines {7}1\n/) })
  expect(await stage.lines()).toEqual({ seen: 4, stored: 4, imports: 2, events: 2 })
})

test('the charges of a batch are stored one for each transaction, and make no other statement of one that is known', async () => {
  const charged = '<Chrgs><Rcrd><Amt Ccy="EUR">0.25</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>'
  const details = txDtls('4.00', charged) + txDtls('6.00', charged)
  const statement = camtStatement({ closing: '89.50', entries: [ntry('10.50', { sign: 'DBIT', details })] })
  expect((await stage.run([await stage.file('a.xml', camtDocument([statement]))])).stdout).toMatch(/lines {7}4\n/)
  const { system } = stage.database.sql
  const rows = await system`select amount_minor::int as minor, "references" from bank_statement_line order by id`
  expect([...rows]).toEqual([
    { minor: -400, references: ['E-4.00'] },
    { minor: -600, references: ['E-6.00'] },
    { minor: -25, references: ['E-4.00'] },
    { minor: -25, references: ['E-6.00'] },
  ])
  // As it was when the charges of a batch were stored as one line, by which statements of that time are known.
  expect([...(await system`select lines, content_digest from bank_statement`)]).toEqual([
    { lines: 4, content_digest: 'ecd6e7110e7ae648e1dae5adcac2fc92b84ca73e7fb7c91e17eaf9f18c37cad0' },
  ])
  const again = camtDocument([statement, camtStatement({ statement: 'S-2' })])
  expect((await stage.run([await stage.file('b.xml', again)])).stdout).toContain('1 new, 1 known and left alone')
})

test('a notification is not the statement of the same id, and another tenant has its own', async () => {
  const file = await stage.file('a.xml', good)
  await stage.run([file])
  expect((await stage.run([await stage.file('b.xml', camt({ kind: '054', entries }))])).code).toBe(0)
  expect((await stage.run([file, '--tenant', 'north'])).code).toBe(0)
  expect(await stage.lines()).toMatchObject({ seen: 9, imports: 3 })
})

test('an entry that is booked more than a month ahead is refused with its place, for nobody would look at it before', async () => {
  const [late, soon] = ['2062-11-24', addDays(dayOf(NOW), 31)]
  const booked = (day: string) => camt({ closing: '101.00', entries: [ntry('1.00').replace('2026-03-02', day)] })
  const { code, stdout, stderr } = await stage.run([await stage.file('a.xml', booked(late))])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(
    /BOOKED_AHEAD: Entry 1 of statement S-1 of account DE\d+ \(line \d+\) is booked on 2062-11-24\.\n/,
  )
  expect(await stage.lines()).toEqual(NOTHING)
  expect(await stage.run([await stage.file('b.xml', booked(soon))])).toMatchObject({ code: 0 })
})

test('a statement that comes again with other lines is refused, and nothing of its file is stored', async () => {
  await stage.run([await stage.file('a.xml', good)])
  const before = await stage.lines()
  const changed = camtDocument([
    camtStatement({ statement: 'S-2', opening: '1.00', closing: '2.00', entries: [ntry('1.00')] }),
    camtStatement({ closing: '108.50', entries: [ntry('8.50')] }),
  ])
  const { code, stdout, stderr } = await stage.run([await stage.file('b.xml', changed)])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(
    'STATEMENT_CHANGED: Statement S-1 of account DE89370400440532013000 (line 6) was imported with other lines.\n',
  )
  expect(await stage.lines()).toEqual(before)
})

test('a file that does not hold is refused with its place, and a file that cannot be read is a failure', async () => {
  const bad = await stage.run([await stage.file('bad.xml', camt({ closing: '1.00', entries }))])
  expect(bad).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^BALANCE_MISMATCH at line \d+/) })
  expect(await stage.run(['/nowhere'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^FILE_NOT_FOUND: /) })
  expect(await stage.lines()).toEqual(NOTHING)
})

test('knows MT940 statements of one id by their running numbers', async () => {
  const page = (sequence: string, opening: string, closing: string, day: string) => [
    ...MT940_HEAD.slice(0, 2),
    `:28C:${sequence}`,
    `:60F:C${day}EUR${opening}`,
    `:61:${day}C1,00NTRFNONREF//BANK-${sequence}`,
    `:62F:C${day}EUR${closing}`,
  ]
  const file = mt940(...page('1/1', '0,', '1,', '260301'), ...page('2/1', '1,', '2,', '260302'))
  expect((await stage.run([await stage.file('a.sta', file)])).code).toBe(0)
  expect((await stage.run([await stage.file('b.sta', mt940(...page('2/1', '1,', '2,', '260302')))])).stdout).toContain(
    '0 new, 1 known',
  )
  expect((await stage.run([await stage.file('c.sta', mt940(...page('2/1', '1,', '2,', '270302')))])).stdout).toContain(
    '1 new\n',
  )
  expect(await stage.lines()).toMatchObject({ seen: 3 })
})

test('of CSV, each account is a statement of its own, under an id that has to be given', async () => {
  const columns = { account: 'account', bookingDate: 'date', amount: 'amount' }
  const mapping = await stage.file('mapping.json', JSON.stringify({ currency: 'EUR', columns }))
  const csv = await stage.file(
    'a.csv',
    'account,date,amount\nA,2026-03-02,1.00\nB,2026-03-02,2.00\nA,2026-03-02,3.00\n',
  )
  expect(await stage.run([csv, '--mapping', mapping])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^STATEMENT_ID_NEEDED: /),
  })
  expect(await stage.run([csv, '--mapping', mapping, '--statement-id', '2026-03-02'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/statements {2}2 new\nlines {7}3\n/),
  })
  // The same content again is another statement where it is said to be one.
  expect((await stage.run([csv, '--mapping', mapping, '--statement-id', '2026-03-02'])).stdout).toContain(
    '0 new, 2 known',
  )
  expect((await stage.run([csv, '--mapping', mapping, '--statement-id', '2026-03-03'])).stdout).toContain('2 new\n')
  const rows = await stage.database.sql.system`
    select s.account, s.statement_id, array_agg(l.amount_minor::text order by l.id) as amounts
    from bank_statement s join bank_statement_line l on (l.import_id, l.statement_number) = (s.import_id, s.number)
    where s.statement_id = '2026-03-02' group by 1, 2 order by 1`
  expect([...rows]).toEqual([
    { account: 'A', statement_id: '2026-03-02', amounts: ['100', '300'] },
    { account: 'B', statement_id: '2026-03-02', amounts: ['200'] },
  ])
})

test('of CSV, rows that the mapping leaves out are told and not stored, and a statement is not known by fewer of them', async () => {
  const columns = { bookingDate: 'date', amount: 'amount' }
  const mapping = (skipRows?: object) =>
    stage.file('mapping.json', JSON.stringify({ account: 'A', currency: 'EUR', columns, skipRows }))
  const csv = await stage.file('a.csv', 'kind,date,amount\nBOOKED,2026-03-02,1.00\nPENDING,2026-03-02,2.00\n')
  const run = async (...values: string[]) =>
    stage.run([
      ...[csv, '--statement-id', 'S'],
      ...['--mapping', await mapping(values.length === 0 ? undefined : { column: 'kind', values })],
    ])
  expect(await run('PENDING')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/1 new\nlines {7}1\nskipped {5}1\n$/),
  })
  expect((await run('PENDING')).stdout).toMatch(/0 new, 1 known and left alone\nlines {7}0\nskipped {5}1\n$/)
  expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('STATEMENT_CHANGED: ') })
  expect(await stage.lines()).toMatchObject({ seen: 1, stored: 1 })
})

const many = (count: number) =>
  camt({ opening: '0.00', closing: `${(count / 100).toFixed(2)}`, entries: Array(count).fill(ntry('0.01')) })

test('draws a bar on a terminal, and tells lines elsewhere', async () => {
  const file = await stage.file('many.xml', many(2 * IMPORT_BATCH))
  expect((await stage.run([file], { isTTY: true })).stderr).toContain('100 % · 2000 of 2000 lines')
  expect((await stage.run([file])).stderr).toBe('')
})

test('interrupted, it stores nothing', async () => {
  const file = await stage.file('many.xml', many(3 * IMPORT_BATCH))
  const interruption = new AbortController()
  const { code, stderr } = await stage.run([file], {
    signal: interruption.signal,
    // The first line of progress comes behind the first batch.
    onWrite: () => interruption.abort(),
  })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: '1000 of 3000 lines\nINTERRUPTED: The import was interrupted; nothing of it was stored.\n',
  })
  expect(await stage.lines()).toEqual(NOTHING)
})

test('one import at a time for each tenant', async () => {
  const file = await stage.file('a.xml', good)
  const lease = new Lease(stage.database, 'statement import of demo')
  await lease.acquire()
  expect(await stage.run([file])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^IMPORT_RUNNING: /) })
  expect((await stage.run([file, '--tenant', 'north'])).code).toBe(0)
  await lease.release()
  expect((await stage.run([file])).code).toBe(0)
})

test('says what is wrong with the command line', async () => {
  expect(await stage.run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--statement-id ID') })
  for (const argv of [[], ['a', 'b'], ['a', '--tenant', 'A B'], ['a', '--statement-id', 'x'], ['a', '--nonsense']])
    expect(await stage.run(argv)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('pnpm statement:import FILE'),
    })
})
