import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { FORCE_TENANCY, TENANCY_FUNCTION } from '../tenancy.ts'
import { APPEND_ONLY_FUNCTION } from './append-only.ts'
import { KEEPALIVE } from './liveness.ts'
import { EVERY_TENANT, type RawSql } from './pools.ts'
import { assertRowLevelSecurity } from './row-level-security.ts'

/** What Drizzle cannot express, as SQL that may run any number of times: triggers and functions. */
const SHARED_SQL = fileURLToPath(new URL('../../sql/', import.meta.url))

export type MigrateOptions = {
  /** Of the role that owns the database. */
  readonly url: string
  /** What drizzle-kit generated: `*.sql` and `meta/`. An absolute path. */
  readonly migrationsFolder: string
  /** Advisory locks belong to one database, so another key is only needed for another set of migrations in the same. */
  readonly lockKey?: string
}

/**
 * Brings the database to the newest schema. Of several processes that start at once, one migrates while the others
 * wait for it; all of them succeed. The functions that migrations may use come first (`tenancy.ts`, `append-only.ts`).
 * After Drizzle's migrations row-level security is forced on the tables' owner, the SQL files of `subgraphs/shared/sql`
 * are run, and it fails when a table that has a tenant lacks its `tenantPolicy()`: the service does not start with a leak.
 */
export async function migrate({ url, migrationsFolder, lockKey = 'migrate' }: MigrateOptions): Promise<void> {
  // On its own connection: the lock goes with it, even when this process is killed half-way.
  const lock = openForMigration(url)
  const sql = openForMigration(url)
  try {
    await lock`select pg_advisory_lock(hashtextextended(${lockKey}, 0))`
    for (const statement of [TENANCY_FUNCTION, APPEND_ONLY_FUNCTION]) await sql.unsafe(statement)
    await applyMigrations(drizzle(sql), { migrationsFolder })
    for (const statements of [FORCE_TENANCY, ...(await sharedSql())]) await sql.unsafe(statements)
    await assertRowLevelSecurity(sql)
  } finally {
    await Promise.all([sql.end(), lock.end()])
  }
}

// No timeouts: a migration may have to rewrite a large table, and the waiting one has to outlast it.
function openForMigration(url: string): RawSql {
  return postgres(url, {
    max: 1,
    fetch_types: false,
    types: { bigint: postgres.BigInt },
    onnotice: () => undefined,
    // A migration that moves rows has to see those of every tenant.
    connection: { application_name: 'migrate', 'app.tenant': EVERY_TENANT, ...KEEPALIVE },
  })
}

async function sharedSql(): Promise<string[]> {
  const names = (await readdir(SHARED_SQL)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(names.map((name) => readFile(`${SHARED_SQL}${name}`, 'utf8')))
}
