import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { parseArguments } from './arguments.ts'
import { CommandFault, faultText } from './fault.ts'
import { openServiceDatabase } from './service-database.ts'
import { environmentFile } from './surroundings.ts'

const OPTIONS = { service: 'billing', command: 'test', table: 'there' }

let database: TestDatabase
let folder: string
beforeAll(async () => {
  database = await createTestDatabase({ name: 'empty' })
  folder = await mkdtemp(join(tmpdir(), 'command-'))
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

const fileOf = async (content: unknown) => {
  const file = environmentFile({ CARRIERGRAPH_HOME: folder })
  await writeFile(file, JSON.stringify(content))
  return file
}
const nowhere = '/nowhere/environment.json'

test('opens the database of the environment, of the service before that of all, or of a local start', async () => {
  const other = 'postgres://nobody@127.0.0.1:1/none'
  const places = [
    { env: { DATABASE_URL: database.url }, environmentFile: nowhere },
    { env: { DATABASE_URL_BILLING: database.url, DATABASE_URL: other }, environmentFile: nowhere },
    { env: {}, environmentFile: await fileOf({ DATABASE_URL_BILLING: database.url, DATABASE_URL_RISK: other }) },
  ]
  for (const place of places) {
    await expect(openServiceDatabase(OPTIONS, place)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database of billing has no tables yet: start billing once.',
    })
    const opened = await openServiceDatabase({ ...OPTIONS, table: 'pg_class' }, place)
    expect([...(await opened.system.execute(sql`select current_database() as name`))]).toEqual([
      { name: new URL(database.url).pathname.slice(1) },
    ])
    await opened.close({ timeout_s: 1 })
  }
})

test.each([
  ['DATABASE_UNKNOWN', {}, 'No database: run pnpm start in another terminal, or set DATABASE_URL_BILLING.'],
  [
    'DATABASE_UNKNOWN',
    { DATABASE_URL_BILLING: 'nonsense' },
    'DATABASE_URL_BILLING is no URL of PostgreSQL: postgres://user:password@host/database.',
  ],
  [
    'DATABASE_UNKNOWN',
    { DATABASE_URL: 'https://u:secret@host/x' },
    'DATABASE_URL is no URL of PostgreSQL: postgres://user:password@host/database.',
  ],
  [
    'DATABASE_UNAVAILABLE',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
    'The database of billing cannot be reached: connect ECONNREFUSED 127.0.0.1:1',
  ],
])('refuses with %s', async (code, env, message) => {
  const opened = openServiceDatabase(OPTIONS, { env, environmentFile: nowhere })
  await expect(opened).rejects.toMatchObject({ code, message })
})

test('refuses a database that its role may not connect to', async () => {
  await using closed = await createTestDatabase({ name: 'closed' })
  const admin = postgres(inject('postgresUrl'), { max: 1 })
  const name = new URL(closed.url).pathname.slice(1)
  await admin`revoke connect on database ${admin(name)} from public, ${admin(new URL(closed.url).username)}`
  await admin.end()
  const opened = openServiceDatabase(OPTIONS, { env: { DATABASE_URL: closed.url }, environmentFile: nowhere })
  await expect(opened).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringMatching(/^The database of billing cannot be reached: permission denied/),
  })
})

test('refuses a role that sees the rows of every tenant', async () => {
  const env = { DATABASE_URL: inject('postgresUrl') }
  const opened = openServiceDatabase({ ...OPTIONS, table: 'pg_class' }, { env, environmentFile: nowhere })
  await expect(opened).rejects.toMatchObject({ code: 'DATABASE_ROLE_UNSAFE' })
})

test('a fault and an outage are told in a sentence, a bug with all there is', () => {
  expect(faultText(new CommandFault('FILE_NOT_FOUND', 'There is no such file.'))).toBe(
    'FILE_NOT_FOUND: There is no such file.',
  )
  expect(faultText(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(
    'DATABASE_UNAVAILABLE: The database went away: write EPIPE',
  )
  expect(faultText(new Error('boom'))).toContain('command.test.ts')
  expect(faultText('thrown')).toBe('thrown')
})

test('reads options and positional arguments, or says what is wrong with them', () => {
  const options = { tenant: { type: 'string', default: 'demo' } } as const
  expect(parseArguments(['FILE', '--tenant', 'north'], options)).toMatchObject({
    ok: true,
    value: { values: { tenant: 'north' }, positionals: ['FILE'] },
  })
  expect(parseArguments(['--nonsense'], options)).toMatchObject({ ok: false, code: 'USAGE' })
})
