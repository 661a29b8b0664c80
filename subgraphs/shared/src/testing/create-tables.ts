import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import type { PgTable } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { FORCE_TENANCY, TENANCY_FUNCTION } from '../tenancy.ts'

/** Makes the tables as `drizzle-kit generate` would, for tests of the kit that have no migrations of their own. */
export async function createTables(ownerUrl: string, tables: Record<string, PgTable>): Promise<void> {
  const statements = await generateMigration(generateDrizzleJson({}), generateDrizzleJson(tables))
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined })
  try {
    for (const statement of [TENANCY_FUNCTION, ...statements, FORCE_TENANCY]) await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
