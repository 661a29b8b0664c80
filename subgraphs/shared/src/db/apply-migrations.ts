import { readMigrationFiles } from 'drizzle-orm/migrator'
import { changeSchema } from './change-schema.ts'
import type { RawSql } from './pools.ts'

/**
 * Applies what drizzle-kit generated and the database has not seen, in the order of the files, and notes it where Drizzle's
 * own migrator does. That one runs all of them in one transaction: the locks that it collects cross those of clients, and
 * it holds each until the last migration is done. Here each migration is a transaction.
 */
export async function applyMigrations(sql: RawSql, migrationsFolder: string): Promise<void> {
  await sql.unsafe(`create schema if not exists drizzle;
    create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`)
  const [newest] = await sql<{ at: bigint | null }[]>`select max(created_at) as at from drizzle.__drizzle_migrations`
  for (const { folderMillis, hash, sql: statements } of readMigrationFiles({ migrationsFolder })) {
    if (folderMillis <= (newest?.at ?? 0n)) continue
    await changeSchema(sql, async (tx) => {
      for (const statement of statements) await tx.unsafe(statement)
      await tx`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`
    })
  }
}
