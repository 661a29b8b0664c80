import { appendFile, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as turn } from 'node:timers/promises'
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from 'vitest'
import { tenantColumn } from '../id-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { migrate } from './migrate.ts'
import type { RawSql } from './pools.ts'
import { assertRowLevelSecurity } from './row-level-security.ts'
import { migrationsFor } from './tables-for-tests.ts'

const note = pgTable('note', { tenantId: tenantColumn(), name: text('name').notNull() }, (table) => [
  primaryKey({ columns: [table.tenantId, table.name] }),
  tenantPolicy(),
])

const other = pgTable('other', { name: text('name').notNull() })

let migrationsFolder: string
let test: TestDatabase

beforeAll(async () => {
  migrationsFolder = await migrationsFor({ note })
  test = await createTestDatabase({ name: 'migrate' })
})
afterAll(async () => {
  await test.drop()
  await rm(migrationsFolder, { recursive: true })
})

async function connected<T>(url: string, ask: (sql: RawSql) => Promise<T>): Promise<T> {
  const sql: RawSql = postgres(url, { max: 1, types: { bigint: postgres.BigInt }, onnotice: () => undefined })
  try {
    return await ask(sql)
  } finally {
    await sql.end()
  }
}

it('lets services that start at once wait for the one that migrates, and protects the new table', async () => {
  const { url } = test
  await Promise.all([1, 2, 3].map(() => migrate({ url, migrationsFolder })))
  await migrate({ url, migrationsFolder })
  const applied = await connected(url, (sql) => sql`select count(*) from drizzle.__drizzle_migrations`)
  expect(applied).toEqual([{ count: 1n }])
  const [table] = await connected(
    url,
    (sql) => sql`select relrowsecurity, relforcerowsecurity from pg_class where relname = 'note'`,
  )
  expect(table).toEqual({ relrowsecurity: true, relforcerowsecurity: true })
})

it('fails when a table with a tenant was left without a policy', async () => {
  const forgetful = pgTable('note', { tenantId: tenantColumn(), name: text('name').notNull() })
  const folder = await migrationsFor({ forgetful })
  await using database = await createTestDatabase({ name: 'migrate-forgetful' })
  await expect(migrate({ url: database.url, migrationsFolder: folder })).rejects.toThrow(/Add tenantPolicy/)
  await rm(folder, { recursive: true })
})

it('gives migrations a function that makes a table append-only', async () => {
  const folder = await migrationsFor({ note })
  const trigger = `create trigger append_only before update or delete or truncate on note
    for each statement execute function refuse_rewriting_history()`
  await appendFile(join(folder, '0000_create_tables.sql'), `\n--> statement-breakpoint\n${trigger}`)
  await using database = await createTestDatabase({
    name: 'append-only-notes',
    migrate: (url) => migrate({ url, migrationsFolder: folder }),
  })
  await connected(database.url, async (sql) => {
    await sql`set app.tenant = 'demo'`
    await sql`insert into note (name) values ('first')`
    for (const rewriting of ["update note set name = 'second'", 'delete from note', 'truncate note'])
      await expect(sql.unsafe(rewriting)).rejects.toThrow(/^note is append-only/)
  })
  await rm(folder, { recursive: true })
})

async function folderOfTwoTables(): Promise<string> {
  const folder = await migrationsFor({ note, other })
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function addMigration(folder: string, statements: readonly string[]): Promise<void> {
  const file = join(folder, 'meta/_journal.json')
  const journal = JSON.parse(await readFile(file, 'utf8'))
  const { when } = journal.entries.at(-1)
  journal.entries.push({ idx: 1, version: '7', when: when + 1, tag: '0001_change', breakpoints: true })
  await writeFile(file, JSON.stringify(journal))
  await writeFile(join(folder, '0001_change.sql'), statements.join('\n--> statement-breakpoint\n'))
}

/** Until the migration waits for a lock that somebody holds. */
async function untilItWaits(sql: RawSql): Promise<void> {
  for (;;) {
    const waiting = await sql`select from pg_stat_activity
      where application_name = 'migrate' and wait_event_type = 'Lock' and datname = current_database()`
    if (waiting.length > 0) return
    await turn()
  }
}

it('lets through those who use a table while it waits for a transaction on it', async () => {
  const folder = await folderOfTwoTables()
  await using database = await createTestDatabase({
    name: 'migrate-in-use',
    migrate: (url) => migrate({ url, migrationsFolder: folder }),
  })
  await addMigration(folder, ['alter table note add column more text'])
  await connected(database.ownerUrl, (reader) =>
    connected(database.ownerUrl, async (client) => {
      const migrated = await reader.begin(async (tx) => {
        await tx`select from note`
        const underWay = migrate({ url: database.url, migrationsFolder: folder })
        await untilItWaits(client)
        await client`select from note`
        return { underWay }
      })
      await migrated.underWay
      await client`select more from note`
    }),
  )
})

it('gives way where it and a client wait for one another, and the client never', async () => {
  const folder = await folderOfTwoTables()
  await using database = await createTestDatabase({
    name: 'migrate-crossing',
    migrate: (url) => migrate({ url, migrationsFolder: folder }),
  })
  await addMigration(folder, ['alter table note add column more text', 'alter table other add column more text'])
  await connected(database.ownerUrl, (observer) =>
    connected(database.ownerUrl, async (client) => {
      const migrated = await client.begin(async (tx) => {
        await tx`select from other`
        const underWay = migrate({ url: database.url, migrationsFolder: folder })
        await untilItWaits(observer)
        await tx`select from note`
        return { underWay }
      })
      await migrated.underWay
      await client`select note.more, other.more from note, other`
    }),
  )
})

it('keeps each migration that it has applied when a later one fails, and goes on behind it', async () => {
  const folder = await folderOfTwoTables()
  await addMigration(folder, ['alter table nowhere add column more text'])
  await using database = await createTestDatabase({ name: 'migrate-half' })
  await expect(migrate({ url: database.url, migrationsFolder: folder })).rejects.toThrow('nowhere')
  await connected(database.ownerUrl, (sql) => sql`select from note, other`)
  await writeFile(join(folder, '0001_change.sql'), 'alter table note add column more text')
  await migrate({ url: database.url, migrationsFolder: folder })
  await connected(database.ownerUrl, (sql) => sql`select note.more from note, other`)
})

it.each([
  ['is not enabled', 'alter table note disable row level security'],
  ['is not forced on the owner', 'alter table note no force row level security'],
  ['has no policy', 'drop policy tenant_isolation on note'],
  ['lets everybody see every row', 'alter policy tenant_isolation on note using (true)'],
  ['lets a tenant write rows of another', 'alter policy tenant_isolation on note with check (true)'],
  ['has a second, wider policy', 'create policy everyone on note using (true)'],
])('refuses a table whose row-level security %s', async (_, statement) => {
  await using database = await createTestDatabase({
    name: 'migrated-notes',
    migrate: (url) => migrate({ url, migrationsFolder }),
  })
  await connected(database.ownerUrl, async (sql) => {
    await assertRowLevelSecurity(sql)
    await sql.unsafe(statement)
    await expect(assertRowLevelSecurity(sql)).rejects.toThrow(/missing on: note /)
  })
})

it('refuses a role that would bypass row-level security', async () => {
  const checked = connected(inject('postgresUrl'), (sql) => assertRowLevelSecurity(sql))
  await expect(checked).rejects.toThrow(/bypasses row-level security/)
})
