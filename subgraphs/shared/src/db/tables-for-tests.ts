import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { pino } from 'pino'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { migrate } from './migrate.ts'
import { type Database, openDatabase } from './pools.ts'

/** A migrations folder as drizzle-kit would generate it for `tables`. Its caller removes it. */
export async function migrationsFor(tables: Record<string, unknown>): Promise<string> {
  const statements = await generateMigration(generateDrizzleJson({}), generateDrizzleJson(tables))
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await mkdir(join(folder, 'meta'))
  await writeFile(join(folder, '0000_create_tables.sql'), statements.join('\n--> statement-breakpoint\n'))
  const entries = [{ idx: 0, version: '7', when: 1_700_000_000_000, tag: '0000_create_tables', breakpoints: true }]
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  return folder
}

export const silent = pino({ level: 'silent' })

/** An own database with `tables`, migrated the way a service does it. `name` stands for the set of tables. */
export async function databaseWith(
  name: string,
  tables: Record<string, unknown>,
): Promise<AsyncDisposable & { database: Database; test: TestDatabase }> {
  const test = await createTestDatabase({
    name,
    async migrate(url) {
      const migrationsFolder = await migrationsFor(tables)
      await migrate({ url, migrationsFolder })
      await rm(migrationsFolder, { recursive: true })
    },
  })
  // A transaction that a test holds open must survive a slow machine.
  const patient = new URL(test.url)
  patient.searchParams.set('idle_in_transaction_session_timeout', '0')
  patient.searchParams.set('transaction_timeout', '0')
  const database = openDatabase({ url: patient.href, applicationName: 'test', log: silent })
  return {
    database,
    test,
    async [Symbol.asyncDispose]() {
      await database.close({ timeout_s: 1 })
      await test.drop()
    },
  }
}
