import postgres from 'postgres'

export type ProvisionOptions = {
  /** A superuser's URL, to any database of the server. */
  readonly adminUrl: string
  readonly name: string
  readonly role: string
  readonly password: string
}

/** Lower case, so that it reads the same quoted and unquoted. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/

/**
 * Creates what is missing of a role that may log in and of the database that it owns, and sets the role's password.
 * The role is neither superuser nor exempt from row-level security, and nobody else may connect to the database.
 * Safe to call again, and from several processes at once.
 * @returns the URL that the service connects with
 */
export async function provisionDatabase({ adminUrl, name, role, password }: ProvisionOptions): Promise<string> {
  for (const word of [name, role]) if (!NAME.test(word)) throw new TypeError(`Not a name: ${JSON.stringify(word)}`)
  const sql = postgres(adminUrl, { max: 1, fetch_types: false, onnotice: () => undefined })
  try {
    await sql`select pg_advisory_lock(hashtextextended('provision', 0))`
    const [there] = await sql<{ role: boolean; database: boolean }[]>`
      select exists (select from pg_roles where rolname = ${role}) as role,
        exists (select from pg_database where datname = ${name}) as database`
    await sql.unsafe(`${there?.role ? 'alter' : 'create'} role "${role}"
      login nosuperuser nobypassrls nocreatedb nocreaterole password ${await quoted(sql, password)}`)
    if (!there?.database) await sql.unsafe(`create database "${name}" owner "${role}"`)
    await sql.unsafe(`revoke all on database "${name}" from public`)
  } finally {
    await sql.end()
  }
  return loginUrl(adminUrl, { name, role, password })
}

// CREATE ROLE takes no parameters; PostgreSQL itself knows best how to quote for itself.
async function quoted(sql: postgres.Sql, text: string): Promise<string> {
  const [row] = await sql<{ literal: string }[]>`select quote_literal(${text}) as literal`
  return row?.literal ?? ''
}

function loginUrl(adminUrl: string, { name, role, password }: { name: string; role: string; password: string }) {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  url.username = role
  url.password = encodeURIComponent(password)
  return url.href
}
