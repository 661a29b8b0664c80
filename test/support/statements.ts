import postgres from 'postgres'
import { inject } from 'vitest'

/** What the services do on their own, whoever asks: tailing the journal, the bus, health checks, opening connections. */
const BACKGROUND =
  /journal|bus_event|consumed_event|failed_event|offset|pg_|select 1\b|advisory|listen|notify|set_config/i

/** How many SQL statements the given databases ran for requests while `run` was running, as PostgreSQL counted them. */
export async function countStatements(databaseUrls: readonly string[], run: () => Promise<unknown>): Promise<number> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const names = databaseUrls.map((url) => new URL(url).pathname.slice(1))
  const counted = async () => {
    const rows = await sql<{ query: string; calls: string }[]>`
      select s.query, sum(s.calls)::text as calls
      from pg_stat_statements s join pg_database d on d.oid = s.dbid
      where d.datname in ${sql(names)} group by s.query`
    return rows.filter(({ query }) => !BACKGROUND.test(query)).reduce((sum, { calls }) => sum + Number(calls), 0)
  }
  try {
    const before = await counted()
    await run()
    return (await counted()) - before
  } finally {
    await sql.end()
  }
}
