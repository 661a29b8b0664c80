// pnpm fx:import on a real database: all or nothing, again and again, corrections as later versions.

import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import type { TestDatabase } from '@carriergraph/shared/testing/database.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findRatesInForce } from '../../db/fx-rates.ts'
import { published } from '../../events.ts'
import { createPaymentsTestDatabase, silent } from '../../testing/payments-database.ts'
import { crossRate } from '../cross-rate.ts'
import { FILE_BYTES_MAX, fxImport } from './fx-import.ts'

/** The history of the ECB, where FX_HISTORY names it; the tests are complete without. */
const { FX_HISTORY = '' } = process.env

const clock = fixedClock(new Date('2026-04-14T09:00:00.000Z'))
let own: TestDatabase
let database: Database
let folder: string
beforeEach(async () => {
  own = await createPaymentsTestDatabase()
  database = openDatabase({ url: own.url, applicationName: 'fx-test', log: silent })
  folder = await mkdtemp(join(tmpdir(), 'fx-'))
})
afterEach(async () => {
  await database.close({ timeout_s: 1 })
  await own.drop()
  await rm(folder, { recursive: true })
})

async function run(content: string | Uint8Array, ...argv: string[]) {
  const file = join(folder, 'rates.csv')
  await writeFile(file, content)
  return command(file, ...argv)
}

async function command(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const surroundings = { env: { DATABASE_URL: own.url }, environmentFile: '/nowhere', stdout, stderr, clock }
  const code = await fxImport(argv, surroundings)
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}

const stored = async (tenant = 'demo') => {
  const rows = await database.sql.forTenant(tenant)<{ row: string }[]>`
    select concat_ws(' ', day, currency, version, rate) as row from fx_rate order by day, currency, version`
  return rows.map(({ row }) => row)
}
const imports = async () => {
  const rows = await database.sql.system<{ data: string }[]>`
    select data::text as data from journal where type = 'fx_rates.imported' order by xid, seq`
  return rows.map(({ data }) => published['fx_rates.imported'].parse(JSON.parse(data)))
}

const FILE =
  'Date,USD,JPY,RUB,\n2026-04-13,1.1684,186.75,N/A,\n2026-04-10,1.1711,186.43,N/A,\n2022-03-01,1.1162,128.61,117.201,\n'
const ROWS = [
  ...['2022-03-01 JPY 1 128.61', '2022-03-01 RUB 1 117.201', '2022-03-01 USD 1 1.1162', '2026-04-10 JPY 1 186.43'],
  ...['2026-04-10 USD 1 1.1711', '2026-04-13 JPY 1 186.75', '2026-04-13 USD 1 1.1684'],
]

describe('an import', () => {
  test('stores every rate as it stands there, for one tenant, with an event', async () => {
    expect(await run(FILE)).toEqual({
      code: 0,
      stdout: '3 days, 2022-03-01 to 2026-04-13\nrates: 7 added, 0 corrected, 0 unchanged\n',
      stderr: '',
    })
    expect(await stored()).toEqual(ROWS)
    expect(await stored('north')).toEqual([])
    expect(await imports()).toMatchObject([{ added: 7, corrected: 0, firstDay: '2022-03-01', lastDay: '2026-04-13' }])
  })

  test('may be repeated: what is there stays, and of nothing there is no event', async () => {
    await run(FILE)
    expect((await run(FILE)).stdout).toContain('0 added, 0 corrected, 7 unchanged')
    // Zeros at the end are the same rate.
    expect((await run(FILE.replace('1.1684', '1.16840'))).stdout).toContain('0 added, 0 corrected, 7 unchanged')
    const daily = 'Date, USD, JPY, \n14 April 2026, 1.1690, 186.8, \n'
    expect((await run(daily)).stdout).toContain('2 added, 0 corrected, 0 unchanged')
    expect(await stored()).toEqual([...ROWS, '2026-04-14 JPY 1 186.8', '2026-04-14 USD 1 1.1690'])
    expect(await imports()).toHaveLength(2)
    const [{ count } = { count: 0 }] = await database.sql.system<
      { count: number }[]
    >`select count(*)::int from fx_rate_import`
    expect(count).toBe(2)
  })

  test('that differs from what is stored is refused, unless it is said to correct: then as a later version', async () => {
    await run(FILE)
    const corrected = FILE.replace('1.1684', '1.1685').replace('186.43', '186.44')
    expect(await run(`${corrected}2022-02-28,1.1199,129.31,N/A,\n`)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'Nothing was imported:\n' +
        'RATE_CHANGED at line 3, column 3: JPY on 2026-04-10 is 186.44 here, and 186.43 is stored.\n' +
        'RATE_CHANGED at line 2, column 2: USD on 2026-04-13 is 1.1685 here, and 1.1684 is stored.\n',
    })
    expect(await stored()).toEqual(ROWS)
    expect((await run(corrected, '--corrections')).stdout).toContain('0 added, 2 corrected, 5 unchanged')
    expect((await run(corrected, '--corrections')).stdout).toContain('0 added, 0 corrected, 7 unchanged')
    const legs = await findRatesInForce(database.forTenant('demo'), ['USD', 'JPY'], '2026-04-13')
    expect(legs.get('USD')).toEqual({ currency: 'USD', day: '2026-04-13', version: 2, rate: new Decimal('1.1685') })
    expect(legs.get('JPY')).toMatchObject({ version: 1 })
    // And back again.
    expect((await run(FILE, '--corrections')).stdout).toContain('0 added, 2 corrected, 5 unchanged')
    expect((await stored()).filter((row) => row.startsWith('2026-04-13 USD'))).toEqual([
      ...['2026-04-13 USD 1 1.1684', '2026-04-13 USD 2 1.1685', '2026-04-13 USD 3 1.1684'],
    ])
  })

  test('of a day is compared with what is stored before it', async () => {
    await run(FILE)
    const daily = 'Date, USD, JPY, \n14 April 2026, 11.690, 186.8, \n'
    expect(await run(daily)).toMatchObject({
      code: 2,
      stderr:
        'Nothing was imported:\nRATE_JUMPED at line 2, column 2: USD went from 1.1684 on 2026-04-13 to 11.690 on 2026-04-14.\n',
    })
    expect((await run(daily, '--jumps', 'USD')).stdout).toContain('2 added')
  })

  test('is whole or not at all, also when two are made at once', async () => {
    const lines = Array.from({ length: 3_000 }, (_, index) => {
      const day = new Date(Date.UTC(2010, 0, 1 + index)).toISOString().slice(0, 10)
      return `${day},1.${1_000 + (index % 100)},${100 + (index % 50)}.5,8.${1_000 + (index % 7)},7.5`
    })
    const large = `Date,USD,JPY,SEK,DKK\n${lines.join('\n')}\n`
    const results = await Promise.all([run(large), run(large), run(large)])
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0])
    const added = results.map(({ stdout }) => Number(/(\d+) added/.exec(stdout)?.[1]))
    expect(added.toSorted((a, b) => a - b)).toEqual([0, 0, 12_000])
    expect((await run(`${large}2009-12-31,1.1,100,8.1,x\n`)).stderr).toContain(
      'RATE_INVALID at line 3002, column 5: DKK on 2009-12-31: "x" is no rate.',
    )
    expect(await stored()).toHaveLength(12_000)
  })

  test('cannot be rewritten in the database', async () => {
    await run(FILE)
    await expect(database.sql.system`update fx_rate set rate = 1`.execute()).rejects.toThrow('append-only')
    await expect(database.sql.system`delete from fx_rate`.execute()).rejects.toThrow('append-only')
  })
})

describe('the command', () => {
  test.each([
    ['Name one file.', []],
    ['Name one file.', ['a', 'b']],
    ['not the name of a tenant', ['a', '--tenant', 'No Tenant']],
    ['currencies with commas between', ['a', '--jumps', 'try']],
    ["Unknown option '--nonsense'", ['--nonsense']],
  ])('says what is wrong with its arguments: %s', async (message, argv) => {
    const { code, stderr } = await command(...argv)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr).toContain('pnpm fx:import FILE')
  })

  test('tells a file that it cannot read, and help', async () => {
    expect((await command(join(folder, 'none'))).stderr).toMatch(/^FILE_UNREADABLE: .*ENOENT/)
    expect((await command(folder)).stderr).toMatch(/^FILE_UNREADABLE: /)
    expect((await run(new Uint8Array([0xff, 0xfe, 0x44]))).stderr).toMatch(/^BAD_ENCODING: /)
    expect((await run(Buffer.alloc(FILE_BYTES_MAX + 1, 'x'))).stderr).toMatch(/^FILE_TOO_LARGE: /)
    expect(await command('--help')).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('the rate of a day', () => {
  const rateOn = async (from: string, to: string, day: string) =>
    crossRate({ from, to, day }, await findRatesInForce(database.forTenant('demo'), [from, to], day))

  test('is the last one that was published, for six days at the most', async () => {
    await run(FILE)
    expect(await rateOn('EUR', 'USD', '2026-04-10')).toMatchObject({
      value: { day: '2026-04-10', mid: new Decimal('1.1711') },
    })
    expect(await rateOn('EUR', 'USD', '2026-04-12')).toMatchObject({ value: { day: '2026-04-10' } })
    expect(await rateOn('EUR', 'USD', '2026-04-13')).toMatchObject({ value: { day: '2026-04-13' } })
    expect(await rateOn('EUR', 'USD', '2026-04-19')).toMatchObject({ ok: true })
    expect(await rateOn('EUR', 'USD', '2026-04-20')).toMatchObject({ code: 'RATE_STALE', field: ['to'] })
    expect(await rateOn('EUR', 'USD', '2022-02-28')).toMatchObject({ code: 'RATE_NOT_FOUND', field: ['to'] })
  })

  test('ends with the currency: what is published no more has none', async () => {
    await run(FILE)
    expect(await rateOn('RUB', 'USD', '2022-03-07')).toMatchObject({ ok: true })
    expect(await rateOn('RUB', 'USD', '2022-03-08')).toMatchObject({ code: 'RATE_STALE', field: ['from'] })
  })

  test('goes through the euro, with ten digits, and there is none of a currency in itself', async () => {
    await run(FILE)
    const usdJpy = await rateOn('USD', 'JPY', '2026-04-13')
    expect(usdJpy).toMatchObject({
      value: { mid: new Decimal('159.8339610'), fromLeg: { currency: 'USD' }, toLeg: { currency: 'JPY' } },
    })
    expect(await rateOn('JPY', 'EUR', '2026-04-13')).toMatchObject({
      value: { mid: new Decimal('0.005354752343'), toLeg: null },
    })
    expect(await rateOn('USD', 'USD', '2026-04-13')).toMatchObject({ code: 'SAME_CURRENCY' })
    expect(await rateOn('EUR', 'EUR', '2026-04-13')).toMatchObject({ code: 'SAME_CURRENCY' })
  })
})

test.skipIf(!existsSync(FX_HISTORY))('the ECB’s whole history is taken, twice', async () => {
  const history = gunzipSync(readFileSync(FX_HISTORY))
  const first = await run(history)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(
    /^\d{4,} days, 1999-01-04 to \d{4}-\d\d-\d\d\nrates: \d{6} added, 0 corrected, 0 unchanged\n$/,
  )
  expect((await run(history)).stdout).toMatch(/rates: 0 added, 0 corrected, \d{6} unchanged/)
  const legs = await findRatesInForce(database.forTenant('demo'), ['TRL', 'MTL'], '2001-02-22')
  const rate = crossRate({ from: 'TRL', to: 'MTL', day: '2001-02-22' }, legs)
  expect(rate.ok && rate.value.mid.toFixed()).toBe('0.0000003855238095')
})
