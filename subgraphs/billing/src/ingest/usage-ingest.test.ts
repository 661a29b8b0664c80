import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { collector } from '@carriergraph/shared/testing/collector.ts'
import { countStatements } from '@carriergraph/shared/testing/statements.ts'
import { parse } from 'csv-parse/sync'
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ADA, type BillingDatabase, BRUNO, createBillingDatabase, NOW } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { CSV_HEADER } from './formats.ts'
import { usageIngest } from './usage-ingest.ts'

let folder: string
let billing: BillingDatabase
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-ingest-'))
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(async () => {
  billing = await createBillingDatabase()
  await billing.open(ADA)
  await billing.open(BRUNO)
})
afterEach(() => billing[Symbol.asyncDispose]())

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

/** Runs the command against this test's database, and takes its summary apart. */
async function ingest(argv: string[], { env = { DATABASE_URL_BILLING: billing.url }, isTTY = false } = {}) {
  const [stdout, stderr] = [collector(), collector({ isTTY })]
  const code = await usageIngest(argv, {
    env,
    environmentFile: join(folder, 'environment.json'),
    stdout: stdout.output,
    stderr: stderr.output,
    clock: () => NOW,
  })
  const summary = Object.fromEntries(
    [...stdout.text().matchAll(/^(\w+) +(.+)$/gm)].map(([, name, value]) => [name, value]),
  )
  return { code, summary, stdout: stdout.text(), stderr: stderr.text() }
}

const line = (recordId: string, change: Record<string, string> = {}) => {
  const fields = { msisdn: ADA, type: 'VOICE', quantity: '60', at: '2026-11-21T09:30:00Z', ...change }
  return [recordId, fields.msisdn, fields.type, fields.quantity, fields.at].join(',')
}
const csv = (...lines: string[]) => [CSV_HEADER, ...lines, ''].join('\n')
const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => line(`r-${at}`, { msisdn: at % 2 ? ADA : BRUNO }))

test('charges every record of a CSV file and says so', async () => {
  const path = await file('calls.csv', csv(line('a'), line('b', { quantity: '61', msisdn: BRUNO })))
  expect(await ingest([path])).toMatchObject({
    code: 0,
    summary: { lines: '2', charged: '2', duplicates: '0', rejected: '0', amount: '0.30 EUR', seconds: '0.0' },
  })
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 990n, records: 1 })
  expect(await booksOf(billing.db, BRUNO)).toMatchObject({ balance: 980n, records: 1 })
})

test('reads NDJSON, and packed files of either kind', async () => {
  const record = (recordId: string) =>
    JSON.stringify({ recordId, msisdn: ADA, usageType: 'DATA', quantity: 1, startedAt: '2026-11-21T09:30:00Z' })
  const ndjson = `${record('a')}\n${record('b')}\n`
  expect(await ingest([await file('a.ndjson', ndjson)])).toMatchObject({ code: 0, summary: { charged: '2' } })
  expect(await ingest([await file('a.jsonl.gz', gzipSync(ndjson))])).toMatchObject({ summary: { duplicates: '2' } })
  const packed = await file('c.csv.gz', gzipSync(csv(line('c'))))
  expect(await ingest([packed])).toMatchObject({ code: 0, summary: { charged: '1' } })
  const unnamed = await file('records', ndjson)
  expect(await ingest([unnamed, '--format', 'ndjson'])).toMatchObject({ code: 0, summary: { duplicates: '2' } })
})

test('the same file again charges nothing, and neither does the same record in another file', async () => {
  const path = await file('twice.csv', csv(...lines(25)))
  expect(await ingest([path, '--batch', '10'])).toMatchObject({ code: 0, summary: { charged: '25' } })
  expect(await ingest([path, '--batch', '7'])).toMatchObject({
    code: 0,
    summary: { lines: '25', charged: '0', duplicates: '25' },
  })
  const other = await file('other.csv', csv(line('r-3', { msisdn: ADA }), line('new')))
  expect(await ingest([other])).toMatchObject({ code: 0, summary: { charged: '1', duplicates: '1' } })
  expect((await booksOf(billing.db, ADA)).charged + (await booksOf(billing.db, BRUNO)).charged).toBe(260n)
})

test('rejected lines are told with line number, field and reason, and the others are charged', async () => {
  const path = await file(
    'mixed.csv',
    csv(
      line('a'),
      line('b', { msisdn: 'nobody' }),
      line('c', { msisdn: '491111111' }),
      line('d', { type: 'SMS' }),
      line('a', { quantity: '1' }),
      line('e', { at: '2026-11-21T12:05:01Z' }),
      line('f'),
    ),
  )
  const rejects = join(folder, 'rejects.csv')
  const { code, summary, stderr } = await ingest([path, '--rejects', rejects])
  expect({ code, summary }).toMatchObject({ code: 2, summary: { lines: '7', charged: '2', rejected: '5' } })
  expect(stderr.match(/^line .*$/gm)).toEqual([
    'line 3: MSISDN_INVALID (msisdn): A number has 7 to 15 digits and begins with its country code, without plus sign.',
    'line 4: ACCOUNT_NOT_FOUND (msisdn): No account has the number 491111111.',
    'line 5: RATE_NOT_FOUND (usage_type): The tariff has no rate for SMS.',
    'line 6: RECORD_ID_REUSED (record_id): The record id was used for other usage.',
    'line 7: STARTED_AT_IN_FUTURE (started_at): The use begins more than 5 minutes from now.',
  ])
  const [header, first, ...rest] = parse(await readFile(rejects, 'utf8'))
  expect(header).toEqual(['line', 'code', 'field', 'message', 'text'])
  expect(first).toEqual(['3', 'MSISDN_INVALID', 'msisdn', expect.any(String), line('b', { msisdn: 'nobody' })])
  expect(rest).toHaveLength(4)
})

test('a rejected line that a spreadsheet would run is disarmed in the rejects file', async () => {
  const rejects = join(folder, 'formulas.csv')
  await ingest([
    await file('formulas.csv.csv', csv('=HYPERLINK("http://x"),1')),
    '--format',
    'csv',
    '--rejects',
    rejects,
  ])
  const [, row] = parse(await readFile(rejects, 'utf8'))
  expect(row?.at(-1)).toMatch(/^'=HYPERLINK/)
})

test.each<[string, string | Uint8Array, string[]]>([
  ['an unbalanced quote', csv(line('a'), '"b,4915550000001,VOICE,60', line('c')), ['line 3: QUOTE_NOT_CLOSED']],
  ['a quote inside a value', csv(line('a'), line('b"b'), line('c')), ['line 3: QUOTE_MISPLACED']],
  ['a column too few', csv(line('a'), 'b,4915550000001,VOICE,60', line('c')), ['line 3: COLUMN_COUNT']],
  ['a column too many', csv(line('a'), `${line('b')},`, line('c')), ['line 3: COLUMN_COUNT']],
  ['a line of a megabyte', csv(line('a'), 'x'.repeat(1024 * 1024), line('c')), ['line 3: LINE_TOO_LONG']],
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from(csv(line('a'))), Buffer.from([0xff, 0xfe, 0x0a]), Buffer.from(`${line('c')}\n`)]),
    ['line 3: INVALID_UTF8'],
  ],
  ['an empty field', csv(line('a'), line(''), line('c')), ['line 3: FIELD_MISSING (record_id)']],
  ['a byte order mark', `\ufeff${csv(line('a'), line('c'))}`, []],
  ['CRLF', csv(line('a'), line('c')).replaceAll('\n', '\r\n'), []],
  ['empty lines', csv(line('a'), '', '  ', line('c'), ''), []],
  ['no line end at the end', csv(line('a'), line('c')).trimEnd(), []],
])('%s costs its own line at the most', async (name, content, expected) => {
  const { code, summary, stderr } = await ingest([await file(`${name}.csv`, content)])
  const told = stderr.match(/^line .*$/gm) ?? []
  expect(told.map((text) => text.replace(/: [^:]*\.$/, ''))).toEqual(expected)
  expect({ code, summary }).toMatchObject({
    code: expected.length === 0 ? 0 : 2,
    summary: { charged: '2', rejected: String(expected.length) },
  })
})

test.each<[string, string, string | Uint8Array, RegExp]>([
  ['an empty file', 'empty.csv', '', /^EMPTY_FILE: /],
  ['an empty packed file', 'empty.ndjson.gz', gzipSync(''), /^EMPTY_FILE: /],
  ['a file without header', 'headless.csv', `${line('a')}\n`, /^WRONG_HEADER: /],
  [
    'a header in another order',
    'order.csv',
    `msisdn,record_id,usage_type,quantity,started_at\n${line('a')}\n`,
    /^WRONG_HEADER/,
  ],
  ['a file of another separator', 'semicolon.csv', csv(line('a')).replaceAll(',', ';'), /^WRONG_HEADER: /],
  ['a packed file that is cut off', 'cut.csv.gz', gzipSync(csv(...lines(500))).subarray(0, 500), /^GZIP_DAMAGED: /],
  ['a file of an unknown kind', 'calls.xlsx', 'PK', /^FORMAT_UNKNOWN: /],
])('%s fails, and nothing is charged before the fault', async (_, name, content, fault) => {
  const { code, summary, stderr } = await ingest([await file(name, content), '--batch', '1000'])
  expect({ code, summary }).toMatchObject({ code: 1, summary: { charged: '0' } })
  expect(stderr).toMatch(fault)
})

test('the file itself is no place for its rejects: it is refused and stays as it is', async () => {
  const content = csv(line('a'), 'x')
  const path = await file('itself.csv', content)
  const { code, summary, stderr } = await ingest([path, '--rejects', path])
  expect({ code, summary }).toMatchObject({ code: 1, summary: { charged: '0' } })
  expect(stderr).toMatch(/^REJECTS_NOT_WRITABLE: /)
  expect(stderr).not.toContain('What was charged stays charged')
  expect(await readFile(path, 'utf8')).toBe(content)
})

test('an alert that a file raises is told as by the command, under one correlation id a run', async () => {
  for (const [name, msisdn] of [
    ['one', ADA],
    ['two', BRUNO],
  ] as const)
    await ingest([await file(`${name}.csv`, csv(line(name, { msisdn, quantity: '60000' })))])
  const rows = await billing.db.execute<{ actor: string; correlation_id: string; occurred_at: string }>(sql`
    select actor, correlation_id, occurred_at from journal where type = 'balance_alert.raised' order by xid, seq`)
  expect(rows.map(({ actor }) => actor)).toEqual(Array(4).fill('svc:usage-ingest'))
  expect(rows.map(({ occurred_at }) => occurred_at)).toEqual(Array(4).fill('2026-11-21 12:00:00+00'))
  const ids = rows.map(({ correlation_id }) => correlation_id)
  expect([new Set(ids).size, ids[0] === ids[1], ids[2] === ids[3]]).toEqual([2, true, true])
})

test('a header alone is a file without records', async () => {
  expect(await ingest([await file('header.csv', csv())])).toMatchObject({ code: 0, summary: { lines: '0' } })
})

test('a database out of reach fails the run in a sentence, before the file is read', async () => {
  const path = await file('outage.csv', csv(...lines(40)))
  const nowhere = new URL(billing.url)
  nowhere.port = '1'
  const { code, stderr } = await ingest([path], { env: { DATABASE_URL_BILLING: nowhere.href } })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^DATABASE_UNAVAILABLE: .*ECONNREFUSED/)
  expect(stderr).not.toContain(nowhere.password)
})

test('a fault in mid-file leaves what was charged, and the next run charges the rest', async () => {
  const packed = gzipSync(csv(...lines(2_000)), { level: 0 })
  const cut = await file('cut-late.csv.gz', packed.subarray(0, packed.length - 1_000))
  const { code, summary, stderr } = await ingest([cut, '--batch', '100'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^GZIP_DAMAGED: .*\nWhat was charged stays charged: run the same command again/m)
  const whole = await file('whole.csv.gz', packed)
  expect(await ingest([whole])).toMatchObject({
    code: 0,
    summary: { lines: '2000', duplicates: summary.charged, charged: String(2_000 - Number(summary.charged)) },
  })
  expect(Number(summary.charged)).toBeGreaterThan(0)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ records: 1_000, isGapless: true })
})

test('the database is found in what a local start has written down', async () => {
  const path = await file('local.csv', csv(line('a')))
  expect(await ingest([path], { env: {} as { DATABASE_URL_BILLING: string } })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^DATABASE_UNKNOWN: .*pnpm start/m),
  })
  await file('environment.json', JSON.stringify({ DATABASE_URL_BILLING: billing.url, EVENT_BUS_URL: 'x' }))
  expect(await ingest([path], { env: {} as { DATABASE_URL_BILLING: string } })).toMatchObject({ code: 0 })
})

test('a tenant charges its own accounts only', async () => {
  const path = await file('tenant.csv', csv(line('a')))
  expect(await ingest([path, '--tenant', 'other'])).toMatchObject({ code: 2, summary: { rejected: '1' } })
  expect(await booksOf(billing.db, ADA)).toMatchObject({ records: 0 })
})

test.each([
  [[], /Name one file/],
  [['a.csv', 'b.csv'], /Name one file/],
  [['a.csv', '--batch', '0'], /--batch 0: a number from 1 to 1000/],
  [['a.csv', '--batch', '1001'], /--batch 1001/],
  [['a.csv', '--batch', '1e3'], /--batch 1e3/],
  [['a.csv', '--tenant', '*'], /--tenant \*: not the name of a tenant/],
  [['a.csv', '--format', 'xml'], /--format xml: known are csv and ndjson/],
  [['a.csv', '--quick'], /--quick/],
])('the command line %j is refused in a sentence', async (argv, message) => {
  const { code, stderr } = await ingest(argv)
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).toContain('pnpm usage:ingest FILE')
})

test('says what it does when asked', async () => {
  expect(await ingest(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--rejects FILE') })
})

test('on a terminal a bar moves with the bytes, and rejected lines stand above it', async () => {
  const path = await file('bar.csv', csv(...lines(30), line('x', { type: 'FAX' })))
  const { code, stderr } = await ingest([path, '--batch', '10'], { isTTY: true })
  expect(code).toBe(2)
  expect(stderr).toContain('100 % · 31 lines · 30 charged · 1 rejected')
  expect(stderr).toContain('line 32: USAGE_TYPE_UNKNOWN (usage_type)')
})

test('a batch costs the same number of statements whatever its size', async () => {
  const count = (name: string, size: number) => async () => {
    // Nothing is used, so that no alert is raised.
    const records = Array.from({ length: size }, (_, at) => line(`${name}-${at}`, { quantity: '0' }))
    await ingest([await file(name, csv(...records)), '--batch', '1000'])
  }
  const few = await countStatements([billing.url], count('few.csv', 2))
  expect(await countStatements([billing.url], count('many.csv', 1_000))).toBe(few)
})
