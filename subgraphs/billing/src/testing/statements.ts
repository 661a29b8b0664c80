import postgres from 'postgres'
import { inject } from 'vitest'
import '@carriergraph/shared/testing/provided.ts'

/** What a service does on its own, whoever asks: migrating, tailing the journal, the bus. */
const BACKGROUND = /"journal"|journal_|bus_|consumed_event|failed_event|dispatch|pg_|advisory|listen|notify/i

/** What the database of that URL did for `run`: SQL statements, and the 8 KB blocks that they read or found in memory. */
export async function costOf(
  url: string,
  run: () => Promise<unknown>,
): Promise<{ statements: number; blocks: number }> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const database = new URL(url).pathname.slice(1)
  const counted = async () => {
    const rows = await sql<{ query: string; calls: number; blocks: number }[]>`
      select query, sum(calls)::int as calls, sum(shared_blks_hit + shared_blks_read)::int as blocks
      from pg_stat_statements join pg_database on pg_database.oid = dbid
      where datname = ${database} group by query`
    const own = rows.filter(({ query }) => !BACKGROUND.test(query))
    return {
      statements: own.reduce((sum, { calls }) => sum + calls, 0),
      blocks: own.reduce((sum, { blocks }) => sum + blocks, 0),
    }
  }
  try {
    const before = await counted()
    await run()
    const after = await counted()
    return { statements: after.statements - before.statements, blocks: after.blocks - before.blocks }
  } finally {
    await sql.end()
  }
}

export const countStatements = async (url: string, run: () => Promise<unknown>): Promise<number> =>
  (await costOf(url, run)).statements
