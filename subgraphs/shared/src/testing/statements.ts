import postgres from 'postgres'
import { inject } from 'vitest'
import './provided.ts'

/** What a service does on its own, whoever asks: migrating, tailing the journal, the bus, opening connections. */
const BACKGROUND =
  /"journal"|journal_|from journal|bus_|consumed_event|failed_event|dispatch|pg_|advisory|listen|notify|set_config|select \$1$/i

/** How many SQL statements the databases of these URLs ran for `run`, as PostgreSQL itself counted them. */
export async function countStatements(urls: readonly string[], run: () => Promise<unknown>): Promise<number> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const names = urls.map((url) => new URL(url).pathname.slice(1))
  const counted = async () => {
    const rows = await sql<{ query: string; calls: number }[]>`
      select query, sum(calls)::int as calls
      from pg_stat_statements join pg_database on pg_database.oid = dbid
      where datname in ${sql(names)} group by query`
    return rows.filter(({ query }) => !BACKGROUND.test(query)).reduce((sum, { calls }) => sum + calls, 0)
  }
  try {
    const before = await counted()
    await run()
    return (await counted()) - before
  } finally {
    await sql.end()
  }
}
