import postgres from 'postgres'
import { cloneTemplate } from './template.ts'

/**
 * A worker process that asks for the template `contended`. Whoever builds it does not finish before another worker waits
 * for it, so that the two do meet. Arguments: superuser URL, run id, URL of the database that counts the builds.
 */
const [serverUrl = '', runId = '', buildsUrl = ''] = process.argv.slice(2)

async function untilAnotherWaits(sql: postgres.Sql): Promise<void> {
  const waiting = () => sql`
    select from pg_stat_activity where wait_event_type = 'Lock' and wait_event = 'advisory' and query ~ 'pg_advisory_lock'`
  while ((await waiting()).length === 0) await sql`select pg_sleep(0.01)`
}

const clone = await cloneTemplate({
  serverUrl,
  runId,
  name: 'contended',
  migrate: async (ownerUrl) => {
    const [owner, builds, server] = [ownerUrl, buildsUrl, serverUrl].map((url) => postgres(url, { max: 1 }))
    if (!owner || !builds || !server) throw new Error('three connections were asked for')
    await builds`insert into build values (${process.pid})`
    await untilAnotherWaits(server)
    await owner`create table note (body text)`
    await owner`insert into note values ('once')`
    await Promise.all([owner, builds, server].map((sql) => sql.end()))
  },
})

const sql = postgres(clone.url, { max: 1 })
const [row] = await sql<{ count: number }[]>`select count(*)::int from note`
console.log(`notes: ${row?.count}`)
await sql.end()
