import { type SQL, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { faultText } from '../command/fault.ts'
import { createLog } from '../log.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type Database, openDatabase } from './pools.ts'
import { stackOf } from './without-values.ts'

let opened: TestDatabase
let database: Database
beforeAll(async () => {
  opened = await createTestDatabase({ name: 'empty' })
  const log = createLog({ service: 'test', level: 'silent' })
  database = openDatabase({ url: opened.url, applicationName: 'test', log })
  await database.sql.system`create table customer (name text primary key, age int check (age < 150))`
  await database.sql.system`insert into customer values (${SECRETS[0]}, 1)`
})
afterAll(async () => {
  await database.close({ timeout_s: 1 })
  await opened.drop()
})

const SECRETS = ['Ada $& "Lovelace"\nof 4111111111111111', '777'] as const
const [name, age] = SECRETS

// What is run, and what of the server's own words is left.
const FAILURES: [string, SQL, string][] = [
  ['a key that is taken', sql`insert into customer values (${name}, 1)`, 'unique constraint "customer_pkey"'],
  ['a row that is refused', sql`insert into customer values (${`other ${name}`}, ${age})`, 'check constraint'],
  ['a text that is no number', sql`select ${name}::text::int`, 'invalid input syntax for type integer: "…"'],
  ['a list that is none', sql`select ${`{${name}`}::text::text[]`, 'malformed array literal: "…"'],
  ['a number out of range', sql`select ${`9${age}9999999999`}::text::int`, 'value "…" is out of range'],
  ['a document that is none', sql`select ${`{${name}`}::text::jsonb`, 'invalid input syntax for type json'],
]

const failed = (statement: SQL) => database.system.execute(statement).catch((error: unknown) => error)

const expectSilent = (text: string) => {
  for (const part of SECRETS.flatMap((secret) => secret.split(/[\s"]+/)).filter((each) => each.length > 2))
    expect(text).not.toContain(part)
}

test.each(FAILURES)(
  'a command tells where a statement failed and why, but no value of it: %s',
  async (_, run, words) => {
    const text = faultText(await failed(run))
    expect(text).toContain('Failed query: ')
    expect(text).toContain(words)
    expect(text).toContain('without-values.test.ts')
    expectSilent(text)
  },
)

test.each(FAILURES)('nor does the log, with what the server says beside its message: %s', async (_, run, words) => {
  const lines: string[] = []
  const log = createLog({ service: 'test', destination: { write: (line) => void lines.push(line) } })
  const error = await failed(run)
  log.error({ err: error }, 'failed')
  log.error({ err: (error as Error).cause }, 'failed')
  for (const line of lines) expect(`${JSON.parse(line).err.message}`).toContain(words)
  expectSilent(lines.join(''))
})

test('a statement without Drizzle is told as well, and what is no error in its own words', async () => {
  const error = await database.sql.system`select ${name}::text::int`.catch((caught: unknown) => caught)
  expect(stackOf(error)).toContain('type integer: "…"')
  expectSilent(stackOf(error))
  expect([stackOf('thrown'), stackOf(undefined)]).toEqual(['thrown', 'undefined'])
})

test('causes are told in their order', () => {
  const error = new Error('outer', { cause: new TypeError('inner') })
  expect(stackOf(error)).toMatch(/^Error: outer\n {4}at [\s\S]*\ncaused by: TypeError: inner\n {4}at /)
})
