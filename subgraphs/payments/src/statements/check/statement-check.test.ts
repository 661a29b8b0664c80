import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { camt, ntry, txDtls } from '../statements.fixture.ts'
import { statementCheck } from './statement-check.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statement-check-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function run(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const told = [text(stdout), text(stderr)]
  const code = await statementCheck(argv, { stdout, stderr })
  stdout.end()
  stderr.end()
  const [out = '', error = ''] = await Promise.all(told)
  return { code, stdout: out, stderr: error }
}

const entries = [ntry('10.00', { details: txDtls('4.00') + txDtls('6.00') })]

test('says what a file holds', async () => {
  const { code, stdout, stderr } = await run(await file('good.xml', camt({ closing: '110.00', entries })))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.replace(/[0-9a-f]{64}/, 'DIGEST')).toBe(`format      camt.053
sha256      DIGEST
statements  1
lines       2

account     DE89370400440532013000
currency    EUR
statement   S-1 (7)
entries     1 in 2 lines
opening     100.00 EUR on 2026-03-02
closing     110.00 EUR on 2026-03-02
`)
})

test('prints each line as JSON where it is told to, amounts in major units', async () => {
  const { stdout } = await run(await file('lines.xml', camt({ kind: '054', entries })), '--lines')
  expect(stdout).toContain('opening     none')
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { amount: { amount: '4.00', currency: 'EUR' }, references: { endToEndId: 'E-4.00' }, position: { line: 5 } },
    { amount: { amount: '6.00', currency: 'EUR' } },
  ])
})

test('says why and where a file is refused, and prints nothing of it', async () => {
  const path = await file('bad.xml', camt({ closing: '110.00', entries: [...entries, ntry('1.005')] }))
  const { code, stdout, stderr } = await run(path, '--lines')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^AMOUNT_INVALID at line 6, column \d+ \(Document\/BkToCstmrStmt\/Stmt\/Ntry\/Amt\): .+\n$/)
})

test('what a terminal would obey is not printed', async () => {
  const { stdout } = await run(await file('bidi.xml', camt({ statement: 'A\u202eB' })), '--lines')
  expect(stdout).toContain('A\ufffdB')
})

const MAPPING = JSON.stringify({ account: 'A', currency: 'EUR', columns: { bookingDate: 'date', amount: 'amount' } })

test('reads CSV by a mapping', async () => {
  const csv = await file('good.csv', 'date,amount\n2026-03-02,1.00\n')
  expect(await run(csv, '--mapping', await file('mapping.json', MAPPING))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('format      CSV'),
  })
  expect(await run(csv)).toMatchObject({ code: 2, stderr: expect.stringMatching(/^FORMAT_UNKNOWN at line 1: /) })
  const faulty = await file('faulty.json', MAPPING.replace('EUR', 'EUX'))
  expect(await run(csv, '--mapping', faulty)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^MAPPING_INVALID: currency: /),
  })
})

test('says how many rows a mapping left out, also where there was none', async () => {
  const csv = await file('kinds.csv', 'date,amount\n2026-03-02,1.00\n2026-03-03,2.00\n')
  const of = (value: string) =>
    file('kinds.json', JSON.stringify({ ...JSON.parse(MAPPING), skipRows: { column: 'amount', values: [value] } }))
  expect((await run(csv, '--mapping', await of('2.00'))).stdout).toContain('lines       1\nskipped     1\n\naccount')
  expect((await run(csv, '--mapping', await of('3.00'))).stdout).toContain('lines       2\nskipped     0\n\naccount')
})

test('tells statements of one account apart by their currency', async () => {
  const csv = await file('currencies.csv', 'date,amount,c\n2026-03-02,1.00,EUR\n2026-03-02,2.00,USD\n')
  const columns = { bookingDate: 'date', amount: 'amount', currency: 'c' }
  const { stdout } = await run(csv, '--mapping', await file('c.json', JSON.stringify({ account: 'A', columns })))
  expect(stdout.match(/^currency .*$/gm)).toEqual(['currency    EUR', 'currency    USD'])
})

test('a file that cannot be looked at is a failure, not a refusal', async () => {
  const csv = await file('some.csv', 'date,amount\n')
  const cases = [
    [[join(folder, 'absent')], /^FILE_NOT_FOUND: /],
    [[folder], /^FILE_NOT_READABLE: /],
    [[csv, '--mapping', join(folder, 'absent')], /^FILE_NOT_FOUND: /],
    [[csv, '--mapping', folder], /^FILE_NOT_READABLE: /],
    [[csv, '--mapping', csv], /^MAPPING_NOT_JSON: /],
    [[], /^Name one file\./],
    [[csv, csv], /^Name one file\./],
    [[csv, '--nonsense'], /--nonsense/],
  ] as const
  for (const [argv, message] of cases)
    expect(await run(...argv)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) })
})

test('says what it does when asked', async () => {
  expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--mapping FILE') })
})
