import postgres from 'postgres'
import { KNOWN_ACCOUNT_FUNCTION } from '../ledger/known-account.ts'
import { FORCE_TENANCY, TENANCY_FUNCTION } from '../tenancy.ts'
import { APPEND_ONLY_FUNCTION } from './append-only.ts'
import { applyMigrations } from './apply-migrations.ts'
import { changeSchema } from './change-schema.ts'
import { KEEPALIVE } from './liveness.ts'
import { EVERY_TENANT, type RawSql } from './pools.ts'
import { assertRowLevelSecurity } from './row-level-security.ts'
import { installSharedSql } from './shared-sql.ts'

export type MigrateOptions = {
  /** Of the role that owns the database. */
  readonly url: string
  /** What drizzle-kit generated: `*.sql` and `meta/`. An absolute path. */
  readonly migrationsFolder: string
  /** Advisory locks belong to one database, so another key is only needed for another set of migrations in the same. */
  readonly lockKey?: string
}

/**
 * Brings the database to the newest schema, while others may be using it. Of several processes that start at once, one
 * migrates while the others wait for it; all of them succeed. The functions that migrations may use come first
 * (`tenancy.ts`, `append-only.ts`, `known-account.ts`). After the migrations row-level security is forced on the tables' owner, the SQL files
 * of `subgraphs/shared/sql` are run, and it fails when a table that has a tenant lacks its `tenantPolicy()`: the service
 * does not start with a leak. A database that a newer version has migrated stays as that left it.
 */
export async function migrate({ url, migrationsFolder, lockKey = 'migrate' }: MigrateOptions): Promise<void> {
  // On its own connection: the lock goes with it, even when this process is killed half-way.
  const lock = openForMigration(url)
  const sql = openForMigration(url)
  try {
    await lock`select pg_advisory_lock(hashtextextended(${lockKey}, 0))`
    for (const statement of [TENANCY_FUNCTION, APPEND_ONLY_FUNCTION, KNOWN_ACCOUNT_FUNCTION])
      await sql.unsafe(statement)
    await applyMigrations(sql, migrationsFolder)
    await changeSchema(sql, (tx) => tx.unsafe(FORCE_TENANCY))
    await installSharedSql(sql)
    await assertRowLevelSecurity(sql)
  } finally {
    await Promise.all([sql.end(), lock.end()])
  }
}

// No limit for a statement: a migration may have to rewrite a large table, and the process that waits has to outlast it.
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
