// pnpm sanctions:import on a real database: whole or not at all, again and again, one version after the other.

import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { published } from '../../events.ts'
import { dataOf, OPERATOR, type RiskStage, setRiskStage } from '../../testing/risk-stage.ts'
import { screen } from '../screen.ts'
import { sanctionsImport } from './sanctions-import.ts'

/** OFAC's list in compact JSONL, where SANCTIONS_LIST names it; the tests are complete without. */
const { SANCTIONS_LIST = '' } = process.env

let stage: RiskStage
let folder: string
beforeAll(async () => {
  stage = await setRiskStage()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sanctions-'))
})
afterEach(() => rm(folder, { recursive: true }))
afterAll(() => stage[Symbol.asyncDispose]())

const entry = (id: string, name: string, aka: readonly string[] = [], more = {}) =>
  JSON.stringify({ id, name, type: 'individual', program: 'TEST', remarks: '', aka, ...more })

async function command(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const env = { DATABASE_URL: stage.database.url }
  const surroundings = { env, environmentFile: '/nowhere', stdout, stderr, clock: stage.clock }
  const code = await sanctionsImport(argv, surroundings)
  stdout.end()
  stderr.end()
  return { code, stdout: await text(stdout), stderr: await text(stderr) }
}

async function run(content: string | Uint8Array, { tenant = 'demo', file = 'list.jsonl' } = {}) {
  const path = join(folder, file)
  await writeFile(path, content)
  return command(path, '--tenant', tenant)
}

const inForce = async (tenant = 'demo') =>
  dataOf(
    await stage.ask({ ...OPERATOR, tenant }, '{ sanctionsList { version digest entryCount nameCount importedAt } }'),
  ).sanctionsList

const entriesLike = (name: string, tenant = 'demo') =>
  inTransaction(stage.database.forTenant(tenant), async (tx) => {
    const { version, hits } = await screen(tx, [{ party: 'BENEFICIARY', name }])
    return { version, entries: hits.map(({ entryId }) => entryId) }
  })

const imports = async (tenant: string) => {
  const rows = await stage.database
    .forTenant(tenant)
    .execute<{ data: unknown }>("select data from journal where type = 'sanctions_list.imported' order by version")
  return rows.map(({ data }) => published['sanctions_list.imported'].parse(data))
}

const FIRST = `${entry('1', 'Umbriel Tascott', ['Tascot, U.'])}\n${entry('2', 'Bank of Nowhere')}\n`

describe('an import', () => {
  it('brings a version into force for one tenant, with its digest and an event', async () => {
    const { code, stdout } = await run(FIRST, { tenant: 'first' })
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^version 1: 2 entries, 3 names, sha256 [0-9a-f]{64}\n$/)])
    const list = await inForce('first')
    expect(list).toMatchObject({ version: 1, entryCount: 2, nameCount: 3 })
    expect(stdout).toContain(list.digest)
    expect(await imports('first')).toMatchObject([{ version: 1, digest: list.digest, entryCount: 2 }])
    expect(await entriesLike('TASCOTT Umbriel', 'first')).toEqual({ version: 1, entries: ['1'] })
    expect(await entriesLike('TASCOTT Umbriel')).toMatchObject({ entries: [] })
  })

  it('of the list in force does nothing, packed or not', async () => {
    await run(FIRST, { tenant: 'again' })
    const before = await inForce('again')
    for (const [content, file] of [
      [FIRST, 'list.jsonl'],
      [gzipSync(FIRST), 'list.jsonl.gz'],
    ] as const) {
      const { code, stdout } = await run(content, { tenant: 'again', file })
      expect([code, stdout]).toEqual([0, expect.stringContaining('version 1: 2 entries, 3 names')])
      expect(stdout).toContain('in force already')
    }
    expect(await inForce('again')).toEqual(before)
    expect(await imports('again')).toHaveLength(1)
  })

  it('takes names of hundreds of characters and entries of a hundred kilobytes, in any script', async () => {
    const remarks = 'ш'.repeat(50_000)
    const name = 'Umbriel Tascott '.repeat(25)
    const { code, stdout } = await run(entry('1', name, ['Умбриэль Таскотт'], { remarks }), { tenant: 'wordy' })
    expect([code, stdout]).toEqual([0, expect.stringContaining('version 1: 1 entries, 2 names')])
    expect((await entriesLike('Umbriel Tascott', 'wordy')).entries).toEqual(['1'])
  })

  it('replaces the version before: who is off the list is found no more', async () => {
    await run(FIRST, { tenant: 'next' })
    await run(`${entry('3', 'Corwin Ashgrave')}\n`, { tenant: 'next' })
    expect(await inForce('next')).toMatchObject({ version: 2, entryCount: 1 })
    expect(await entriesLike('Umbriel Tascott', 'next')).toEqual({ version: 2, entries: [] })
    expect(await entriesLike('Ashgrave, Corwin', 'next')).toEqual({ version: 2, entries: ['3'] })
    await run(FIRST, { tenant: 'next' })
    expect(await inForce('next')).toMatchObject({ version: 3, entryCount: 2 })
    const kept = await stage.database.sql.system`
      select version from sanctions_name where tenant_id = 'next' union
      select version from sanctions_key where tenant_id = 'next'`
    expect(kept.map(({ version }) => version)).toEqual([3])
  })

  it('of less than half of the entries is taken for a file that was cut off, unless it is said to be smaller', async () => {
    const five = [1, 2, 3, 4, 5].map((n) => entry(String(n), `Umbriel Tascott ${n}`))
    await run(five.join('\n'), { tenant: 'shrunk' })
    const refused = await run(five.slice(0, 2).join('\n'), { tenant: 'shrunk' })
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('LIST_SHRUNK: It has 2 entries, ')])
    expect(await inForce('shrunk')).toMatchObject({ version: 1, entryCount: 5 })
    expect(await run(five.slice(0, 3).join('\n'), { tenant: 'shrunk' })).toMatchObject({ code: 0 })
    const path = join(folder, 'small.jsonl')
    await writeFile(path, `${five[0]}\n`)
    expect(await command(path, '--tenant', 'shrunk', '--smaller')).toMatchObject({ code: 0 })
    expect(await inForce('shrunk')).toMatchObject({ version: 3, entryCount: 1 })
  })

  it('of many at once each comes into force once, and the last one stays whole', async () => {
    const lists = [FIRST, `${entry('3', 'Corwin Ashgrave')}\n`]
    const answers = await Promise.all(
      [0, 1, 0, 1].map((n, index) => run(lists[n] ?? '', { tenant: 'many', file: `${index}.jsonl` })),
    )
    expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 0])
    const { version, entryCount } = await inForce('many')
    expect(await imports('many')).toHaveLength(version)
    const found = await entriesLike(entryCount === 2 ? 'Umbriel Tascott' : 'Corwin Ashgrave', 'many')
    expect(found).toEqual({ version, entries: [entryCount === 2 ? '1' : '3'] })
  })

  it.each<[string, string | Uint8Array, string]>([
    ['a line that is not JSON', `${entry('1', 'A B')}\nnonsense\n`, 'INVALID_JSON at line 2: '],
    ['a list', '[]\n', 'INVALID_ENTRY at line 1: '],
    [
      'an entry without a name',
      `{"id":"1","type":"entity","program":"X","remarks":"","aka":[]}`,
      'INVALID_ENTRY at line 1: name: ',
    ],
    ['an empty name', entry('1', ''), 'INVALID_ENTRY at line 1: name: '],
    ['an alias that is no text', entry('1', 'A', [], { aka: ['B', 7] }), 'INVALID_ENTRY at line 1: aka.1: '],
    ['a kind that is none', entry('1', 'A', [], { type: 'ghost' }), 'INVALID_ENTRY at line 1: type: '],
    ['a field that is unknown', entry('1', 'A', [], { alias: 'B' }), 'INVALID_ENTRY at line 1: '],
    ['an id twice', `${entry('1', 'A B')}\n\n${entry('1', 'C D')}\n`, 'DUPLICATE_ID at line 3: 1 '],
    ['a name of 1,001 characters', entry('1', 'x'.repeat(1_001)), 'INVALID_ENTRY at line 1: name: '],
    ['a line of 300,000 bytes', entry('1', 'A', [], { remarks: 'x'.repeat(300_000) }), 'LINE_TOO_LONG at line 1: '],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0xff, 0x0a]), 'INVALID_UTF8 at line 1: '],
    ['nothing', '', 'EMPTY_LIST: '],
    ['empty lines alone', '\n\n', 'EMPTY_LIST: '],
  ])('with %s is refused whole, and the list before stays', async (_, content, message) => {
    await run(FIRST, { tenant: 'refused' })
    const before = await inForce('refused')
    const { code, stdout, stderr } = await run(content, { tenant: 'refused' })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(`Nothing was imported:\n${message}`)
    expect(await inForce('refused')).toEqual(before)
    expect((await entriesLike('Umbriel Tascott', 'refused')).entries).toEqual(['1'])
  })

  it('is refused whole where the last of two thousand lines is faulty', async () => {
    const lines = Array.from({ length: 2_000 }, (_, n) => entry(String(n), `Quorin Number${n} Vask`))
    const { code, stderr } = await run(`${lines.join('\n')}\n{`, { tenant: 'long' })
    expect([code, stderr]).toEqual([2, expect.stringContaining('INVALID_JSON at line 2001')])
    expect(await inForce('long')).toBeNull()
    expect(await entriesLike('Quorin Number7 Vask', 'long')).toEqual({ version: null, entries: [] })
  })

  it('of a packed file that is cut off stores nothing', async () => {
    const packed = gzipSync(FIRST.repeat(1))
    const { code, stderr } = await run(packed.subarray(0, packed.length - 12), { tenant: 'cut', file: 'list.jsonl.gz' })
    expect([code, stderr]).toEqual([1, expect.stringMatching(/GZIP_DAMAGED: /)])
    expect(await inForce('cut')).toBeNull()
  })
})

describe('the command', () => {
  it.each([
    ['Name one file.', []],
    ['Name one file.', ['a', 'b']],
    ['not the name of a tenant', ['a', '--tenant', 'No Tenant']],
    ["Unknown option '--nonsense'", ['--nonsense']],
  ])('says what is wrong with its arguments: %s', async (message, argv) => {
    const { code, stderr } = await command(...argv)
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)])
    expect(stderr).toContain('pnpm sanctions:import FILE')
  })

  it('tells a file that is not there, and help', async () => {
    expect((await command(join(folder, 'none.jsonl'))).stderr).toMatch(/^FILE_NOT_FOUND: /)
    expect(await command('--help')).toMatchObject({ code: 0, stderr: '' })
  })
})

it('screens against the version that was in force when it began, while another is imported', async () => {
  await run(FIRST, { tenant: 'meanwhile' })
  await inTransaction(stage.database.forTenant('meanwhile'), async (tx) => {
    await tx.execute('select 1')
    await run(`${entry('3', 'Corwin Ashgrave')}\n`, { tenant: 'meanwhile' })
    const { version, hits } = await screen(tx, [{ party: 'SENDER', name: 'Corwin Ashgrave' }])
    expect([version, hits.length]).toEqual([2, 1])
  })
})

it('finds a name that hides behind common ones that were added to it', async () => {
  const common = Array.from({ length: 250 }, (_, n) => entry(`c${n}`, `Mohammed Ali Hassan ${n}`))
  await run([...common, entry('hidden', 'Kiyota, Jiro')].join('\n'), { tenant: 'crowd' })
  expect((await entriesLike('Jiro Kiyota Mohammed Ali Hassan', 'crowd')).entries).toContain('hidden')
})

it('takes a name that is on the list for that name, and not for another of the entry that is as much like it', async () => {
  await run(`${entry('1', 'Yamahdi', ['Ya Mahdi'])}\n`, { tenant: 'spaces' })
  await inTransaction(stage.database.forTenant('spaces'), async (tx) => {
    const { hits } = await screen(tx, [{ party: 'SENDER', name: 'Ya Mahdi' }])
    expect(hits).toMatchObject([{ entryId: '1', matchedName: 'Ya Mahdi', isExact: true, score: 1 }])
  })
})

it.skipIf(!existsSync(SANCTIONS_LIST))('a list of thousands is taken, and its names are found', async () => {
  const { code, stdout } = await command(SANCTIONS_LIST, '--tenant', 'ofac')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^version 1: \d{4,} entries, \d{5,} names, /)])
  expect((await entriesLike('Anglo Caribbean Company Limited', 'ofac')).entries).toContain('173')
})
