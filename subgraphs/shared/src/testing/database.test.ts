import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, describe, expect, inject, it } from 'vitest'
import { createTestDatabase } from './database.ts'
import { cloneTemplate, dropRun, type Migrate } from './template.ts'

const superuser = postgres(inject('postgresUrl'), { max: 1 })
afterAll(() => superuser.end())

/** One connection to `url`, closed at the end of the test. */
function connect(url: string, parameters: Record<string, string> = {}) {
  const sql = postgres(url, { max: 1, connection: parameters, onnotice: () => undefined })
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) }
}

const migrateNotes: Migrate = async (ownerUrl) => {
  await using owner = connect(ownerUrl)
  await owner.sql`create table note (tenant_id text not null, body text not null)`
}

const databaseExists = async (url: string) =>
  (await superuser`select from pg_database where datname = ${new URL(url).pathname.slice(1)}`).length === 1

describe('a test database', () => {
  it('keeps tenants apart, for it connects as an owner that is no superuser', async () => {
    const migrate: Migrate = async (ownerUrl) => {
      await using owner = connect(ownerUrl, { 'app.tenant': '*' })
      await owner.sql`create table note (tenant_id text not null, body text not null)`
      await owner.sql`alter table note enable row level security`
      await owner.sql`alter table note force row level security`
      await owner.sql`create policy tenant on note using (current_setting('app.tenant', true) in (tenant_id, '*'))`
      await owner.sql`insert into note values ('red', 'mine'), ('blue', 'theirs')`
    }
    await using database = await createTestDatabase({ name: 'tenants', migrate })
    await using service = connect(database.url, { 'app.tenant': 'red' })
    expect(await service.sql`select body from note`).toEqual([{ body: 'mine' }])

    const [role] = await service.sql`
      select rolsuper, rolbypassrls, rolcreaterole, datdba = pg_roles.oid as owns
      from pg_roles, pg_database where rolname = current_user and datname = current_database()`
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, owns: true })
  })

  it('is a copy of one migrated template, and what is written in one copy is not in the next', async () => {
    let migrations = 0
    const migrate: Migrate = async (ownerUrl) => {
      migrations++
      await migrateNotes(ownerUrl)
    }
    const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase({ name: 'copies', migrate })))
    expect(migrations).toBe(1)
    const counts: number[] = []
    for (const database of databases) {
      await using service = connect(database.url)
      await service.sql`insert into note values ('demo', 'only here')`
      const [row] = await service.sql<{ count: number }[]>`select count(*)::int from note`
      counts.push(row?.count ?? 0)
      await database.drop()
    }
    expect(counts).toEqual([1, 1, 1])
  })

  it('takes its schema from the migration even when a connection of the migration is still open', async () => {
    let left: ReturnType<typeof connect> | undefined
    const migrate: Migrate = async (ownerUrl) => {
      left = connect(ownerUrl)
      await left.sql`create table note (body text)`
    }
    await using database = await createTestDatabase({ name: 'left-open', migrate })
    await using service = connect(database.url)
    expect(await service.sql`select * from note`).toEqual([])
    await left?.sql.end({ timeout: 0 })
  })

  it('is never cloned from a template whose migration failed half-way', async () => {
    const failing: Migrate = async (ownerUrl) => {
      await migrateNotes(ownerUrl)
      throw new Error('the second migration is broken')
    }
    await expect(createTestDatabase({ name: 'half', migrate: failing })).rejects.toThrow('second migration is broken')

    await using database = await createTestDatabase({ name: 'half', migrate: migrateNotes })
    await using service = connect(database.url)
    expect(await service.sql`select * from note`).toEqual([])
  })

  it('is dropped by "await using", even while somebody is connected', async () => {
    let url = ''
    let stillConnected: ReturnType<typeof connect> | undefined
    {
      await using database = await createTestDatabase({ name: 'dropped' })
      url = database.url
      stillConnected = connect(url)
      await stillConnected.sql`select 1`
      expect(await databaseExists(url)).toBe(true)
    }
    expect(await databaseExists(url)).toBe(false)
    await stillConnected.sql.end({ timeout: 0 })
  })

  it.each(['Billing', 'billing"; drop', '1st', '', 'x'.repeat(32)])('refuses the name %j', async (name) => {
    await expect(createTestDatabase({ name })).rejects.toThrow('the name of a test database must match')
  })
})

describe('several processes', () => {
  it('asking at once for the same template build it once', async () => {
    await using builds = await createTestDatabase({ name: 'builds' })
    await using counter = connect(builds.url)
    await counter.sql`create table build (pid int)`
    const runId = randomBytes(4).toString('hex')
    const script = path.join(import.meta.dirname, 'worker.fixture.ts')
    const args = [script, inject('postgresUrl'), runId, builds.url]
    try {
      const workers = await Promise.all([1, 2].map(() => promisify(execFile)(process.execPath, args)))
      expect(workers.map(({ stdout }) => stdout.trim())).toEqual(['notes: 1', 'notes: 1'])
      expect(await counter.sql`select count(*)::int from build`).toEqual([{ count: 1 }])
    } finally {
      await dropRun(inject('postgresUrl'), runId)
    }
  })
})

describe('a run on a server that outlives it', () => {
  it('takes its databases and roles away and leaves those of other runs', async () => {
    const serverUrl = inject('postgresUrl')
    const [mine, other] = [randomBytes(4).toString('hex'), randomBytes(4).toString('hex')]
    const clones = await Promise.all([mine, other].map((runId) => cloneTemplate({ serverUrl, runId, name: 'shared' })))
    const named = async (runId: string) =>
      (
        await superuser`
        select datname from pg_database where datname like ${`%${runId}%`}
        union all select rolname from pg_roles where rolname like ${`%${runId}%`}`
      ).length

    expect(clones.map(({ url }) => new URL(url).username)).toEqual([`test_${mine}_shared`, `test_${other}_shared`])
    await dropRun(serverUrl, mine)
    expect([await named(mine), await named(other)]).toEqual([0, 3])
    await dropRun(serverUrl, other)
  })
})
