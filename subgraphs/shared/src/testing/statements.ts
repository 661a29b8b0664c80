import postgres from 'postgres'
import { inject } from 'vitest'
import './provided.ts'

/**
 * What a service does on its own, whoever asks: migrating, tailing the journal, sealing, the bus, opening connections, reading
 * across tenants, claiming work. Where a transaction begins and ends is not counted either: nobody can tell a worker's from
 * a request's.
 */
const BACKGROUND =
  /"journal"|journal_|from journal|bus_|consumed_event|failed_event|dispatch|pg_|ledger_seal|ledger_digest|\bxid\b|enable_seqscan|advisory|listen|notify|set_config|select \$1$|order by ("\w+"\.)?"tenant_id"|skip locked|^(begin|commit|rollback)/i

/** How many SQL statements the databases of these URLs ran for `run`, as PostgreSQL itself counted them. */
export const countStatements = async (urls: readonly string[], run: () => Promise<unknown>): Promise<number> =>
  (await statementsOf(urls, run)).length

/**
 * Those statements, one entry for each time that one ran; so that a test that fails shows the one too many. `serverUrl` is a
 * superuser's. Fails where PostgreSQL could not keep the counts of all statements.
 */
export async function statementsOf(
  urls: readonly string[],
  run: () => Promise<unknown>,
  serverUrl = inject('postgresUrl'),
): Promise<string[]> {
  const sql = postgres(serverUrl, { max: 1 })
  const names = urls.map((url) => new URL(url).pathname.slice(1))
  const pushedOut = async () => {
    const [info] = await sql<{ dealloc: string }[]>`select dealloc from pg_stat_statements_info`
    return Number(info?.dealloc)
  }
  const counted = async () => {
    const rows = await sql<{ query: string; calls: number }[]>`
      select query, sum(calls)::int as calls
      from pg_stat_statements join pg_database on pg_database.oid = dbid
      where datname in ${sql(names)} group by query`
    return new Map(rows.filter(({ query }) => !BACKGROUND.test(query)).map(({ query, calls }) => [query, calls]))
  }
  try {
    const pushedOutBefore = await pushedOut()
    const before = await counted()
    await run()
    const after = await counted()
    if ((await pushedOut()) !== pushedOutBefore) throw new Error('Counts were lost: pg_stat_statements.max is too low')
    return [...after].flatMap(([query, calls]) => Array(calls - (before.get(query) ?? 0)).fill(query))
  } finally {
    await sql.end()
  }
}
