import postgres from 'postgres'
import { inject } from 'vitest'
import '@carriergraph/shared/testing/provided.ts'

/** How many 8 KB blocks the database of that URL looked at for `run`: what a statement costs, without a clock. */
export async function countBlocks(url: string, run: () => Promise<unknown>): Promise<number> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const counted = async () => {
    const [row] = await sql<{ blocks: number }[]>`
      select coalesce(sum(shared_blks_hit + shared_blks_read), 0)::int as blocks
      from pg_stat_statements join pg_database on pg_database.oid = dbid
      where datname = ${new URL(url).pathname.slice(1)}`
    return row?.blocks ?? 0
  }
  try {
    const before = await counted()
    await run()
    return (await counted()) - before
  } finally {
    await sql.end()
  }
}
