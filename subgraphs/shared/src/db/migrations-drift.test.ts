import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { migrationsDrift } from './migrations-drift.ts'

const SHARED = fileURLToPath(new URL('../../', import.meta.url))

/** The bus's migrations as they are, with a schema that the test chooses. */
async function packageWith(schema: string): Promise<string> {
  // Inside the package: the schema imports its tables and Drizzle from there.
  const folder = await mkdtemp(join(SHARED, 'node_modules/.drift-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp(join(SHARED, 'migrations/bus'), join(folder, 'migrations'), { recursive: true })
  await writeFile(join(folder, 'schema.mjs'), schema)
  await writeFile(
    join(folder, 'drizzle.config.mjs'),
    "export default { dialect: 'postgresql', schema: './schema.mjs', out: './migrations' }",
  )
  return folder
}

const TABLES = "export * from '@carriergraph/shared/bus/postgres/tables.ts'\n"

it("finds nothing to complain about in the event bus's own migrations", async () => {
  expect(await migrationsDrift(join(SHARED, 'drizzle.config.ts'))).toEqual([])
})

it('names the table that was added without a migration', async () => {
  const added =
    "import { integer, pgTable } from 'drizzle-orm/pg-core'\nexport const t = pgTable('added', { n: integer() })"
  const folder = await packageWith(TABLES + added)
  expect(await migrationsDrift(join(folder, 'drizzle.config.mjs'))).toEqual([
    expect.stringContaining('no migration for the changes of public.added'),
  ])
})

it('names the table that was removed without a migration', async () => {
  const folder = await packageWith("export { busEvent } from '@carriergraph/shared/bus/postgres/tables.ts'")
  expect(await migrationsDrift(join(folder, 'drizzle.config.mjs'))).toEqual([
    expect.stringContaining('no migration for the changes of public.bus_consumer'),
  ])
})

it('says which migration file is missing', async () => {
  const folder = await packageWith(TABLES)
  await rm(join(folder, 'migrations/0000_create_event_bus.sql'))
  expect(await migrationsDrift(join(folder, 'drizzle.config.mjs'))).toEqual([
    expect.stringContaining('0000_create_event_bus.sql'),
  ])
})

it('names a migration that databases would pass over, because it is dated before the one that it follows', async () => {
  const folder = await packageWith(TABLES)
  const migrations = join(folder, 'migrations')
  const at = (file: string) => join(migrations, file)
  const journal = JSON.parse(await readFile(at('meta/_journal.json'), 'utf8'))
  const [{ when }] = journal.entries
  journal.entries.push({ idx: 1, version: '7', when: when - 1, tag: '0001_late', breakpoints: true })
  await writeFile(at('meta/_journal.json'), JSON.stringify(journal))
  await writeFile(at('0001_late.sql'), 'select 1')
  const snapshot = JSON.parse(await readFile(at('meta/0000_snapshot.json'), 'utf8'))
  await writeFile(at('meta/0001_snapshot.json'), JSON.stringify({ ...snapshot, id: randomUUID(), prevId: snapshot.id }))
  expect(await migrationsDrift(join(folder, 'drizzle.config.mjs'))).toEqual([
    expect.stringContaining('0001_late is dated before 0000_create_event_bus'),
  ])
})

it('passes on what drizzle-kit finds wrong with the snapshots', async () => {
  const folder = await packageWith(TABLES)
  const snapshot = join(folder, 'migrations/meta/0000_snapshot.json')
  await cp(snapshot, join(folder, 'migrations/meta/0001_snapshot.json'))
  const journal = join(folder, 'migrations/meta/_journal.json')
  const entry = (idx: number) => ({ idx, version: '7', when: idx + 1, tag: '0000_create_event_bus', breakpoints: true })
  await writeFile(journal, JSON.stringify({ version: '7', dialect: 'postgresql', entries: [entry(0), entry(1)] }))
  expect(await migrationsDrift(join(folder, 'drizzle.config.mjs'))).toEqual([expect.stringContaining('collision')])
})
