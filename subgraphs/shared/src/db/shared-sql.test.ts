import { createHash } from 'node:crypto'
import postgres from 'postgres'
import { expect, it } from 'vitest'
import { createTestDatabase } from '../testing/database.ts'
import type { RawSql } from './pools.ts'
import { installSharedSql, readSharedSql } from './shared-sql.ts'

it('each file has another version than it had with another text: raise it in the first line, and here', async () => {
  const known = (await readSharedSql()).map(({ name, version, text }) => {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return `${name} ${version} ${digest}`
  })
  expect(known).toEqual([
    'journal.sql 1 8865cad8957b',
    'ledger-reading.sql 1 301a24b06107',
    'ledger-sealing.sql 1 8033ccc997f5',
    'ledger.sql 9 ede1950a23a1',
  ])
})

it('a process of the version before that is started again leaves what a newer one has installed', async () => {
  await using database = await createTestDatabase({ name: 'shared-sql' })
  const sql: RawSql = postgres(database.ownerUrl, {
    max: 1,
    types: { bigint: postgres.BigInt },
    onnotice: () => undefined,
  })
  const decides = (version: number) => {
    const text = `create or replace function decides() returns int language sql return ${version}`
    return installSharedSql(sql, [{ name: 'decides.sql', version, text }])
  }
  const decided = async () => (await sql`select decides() as by`)[0]?.by
  try {
    await sql`create schema drizzle`
    await decides(1)
    expect(await decided()).toBe(1)
    await decides(2)
    await decides(1)
    expect(await decided()).toBe(2)
    await sql`create or replace function decides() returns int language sql return 0`
    await decides(2)
    expect(await decided()).toBe(2)
  } finally {
    await sql.end()
  }
})
