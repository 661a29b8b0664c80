import postgres from 'postgres'
import { cloneName, databaseUrl, rolePassword, runPrefix, templateNames } from './names.ts'

/** Fills the new, empty template. `ownerUrl` connects as the role that owns it, as a service does when it migrates. */
export type Migrate = (ownerUrl: string) => Promise<void>

export interface CloneOptions {
  /** Superuser URL of the server. */
  serverUrl: string
  runId: string
  name: string
  migrate?: Migrate | undefined
}

export interface Clone {
  /** For the owner, which is no superuser. */
  url: string
  drop(): Promise<void>
}

async function withServer<T>(serverUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

async function ensureRole(sql: postgres.Sql, role: string, password: string): Promise<void> {
  const [existing] = await sql`select from pg_roles where rolname = ${role}`
  // The password is hex and `create role` takes no parameters.
  if (!existing) await sql.unsafe(`create role "${role}" login nosuperuser nobypassrls password '${password}'`)
}

async function buildTemplate(sql: postgres.Sql, template: string, role: string, fill: () => Promise<void>) {
  // Left by a migration that failed or was killed: half a template must not be cloned.
  await sql`drop database if exists ${sql(template)} with (force)`
  await sql`create database ${sql(template)} owner ${sql(role)}`
  await fill()
  await sql`alter database ${sql(template)} with allow_connections false`
  // A pool that the migration left open would make every `create database … template` wait.
  await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${template}`
  // Last: from here on it counts as finished.
  await sql`alter database ${sql(template)} with is_template true`
}

/** A template that stands is cloned by all workers at once; one that does not is built by exactly one of them. */
async function ensureTemplate(sql: postgres.Sql, { serverUrl, runId, name, migrate }: CloneOptions): Promise<void> {
  const { template, role } = templateNames(runId, name)
  const isReady = async () =>
    (await sql`select from pg_database where datname = ${template} and datistemplate`).length > 0
  if (await isReady()) return
  await sql`select pg_advisory_lock(hashtextextended(${template}, 0))`
  try {
    if (await isReady()) return
    const password = rolePassword(serverUrl, role)
    await ensureRole(sql, role, password)
    await buildTemplate(sql, template, role, async () =>
      migrate?.(databaseUrl(serverUrl, template, { user: role, password })),
    )
  } finally {
    await sql`select pg_advisory_unlock(hashtextextended(${template}, 0))`
  }
}

/** What `pg_stat_statements` counted of a database that is gone would stay, until it pushes out what is still counted. */
async function forgetStatements(sql: postgres.Sql, oid: number): Promise<void> {
  const [extension] = await sql`select from pg_extension where extname = 'pg_stat_statements'`
  if (extension) await sql`select pg_stat_statements_reset(0, ${oid}, 0)`
}

/** A fresh copy of the template of this run and name, which is built by `migrate` at the first call on any process. */
export async function cloneTemplate(options: CloneOptions): Promise<Clone> {
  const { serverUrl, runId, name } = options
  const { template, role } = templateNames(runId, name)
  const database = cloneName(template)
  await withServer(serverUrl, async (sql) => {
    await ensureTemplate(sql, options)
    await sql`create database ${sql(database)} template ${sql(template)} owner ${sql(role)}`
  })
  return {
    url: databaseUrl(serverUrl, database, { user: role, password: rolePassword(serverUrl, role) }),
    drop: () =>
      withServer(serverUrl, async (sql) => {
        const [dropped] = await sql<{ oid: number }[]>`select oid from pg_database where datname = ${database}`
        await sql`drop database if exists ${sql(database)} with (force)`
        if (dropped) await forgetStatements(sql, dropped.oid)
      }),
  }
}

/** Removes every database and role of the run, for a server that outlives it. */
export async function dropRun(serverUrl: string, runId: string): Promise<void> {
  const prefix = runPrefix(runId)
  await withServer(serverUrl, async (sql) => {
    for (const { datname } of await sql<{ datname: string }[]>`
      select datname from pg_database where starts_with(datname, ${prefix})`) {
      await sql`alter database ${sql(datname)} with is_template false`
      await sql`drop database ${sql(datname)} with (force)`
    }
    for (const { rolname } of await sql<{ rolname: string }[]>`
      select rolname from pg_roles where starts_with(rolname, ${prefix})`) {
      await sql`drop role ${sql(rolname)}`
    }
  })
}
