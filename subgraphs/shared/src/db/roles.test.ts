import postgres from 'postgres'
import { afterAll, expect, inject, it } from 'vitest'
import { provisionDatabase } from './roles.ts'

const adminUrl = inject('postgresUrl')
const run = inject('testRunId')
const billing = {
  adminUrl,
  name: `test_${run}_roles_billing`,
  role: `test_${run}_roles_billing`,
  password: "pa'ss /?%",
}
const network = { adminUrl, name: `test_${run}_roles_network`, role: `test_${run}_roles_network`, password: 'x' }

async function connected<T>(url: string, ask: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await ask(sql)
  } finally {
    await sql.end()
  }
}

afterAll(() =>
  connected(adminUrl, async (sql) => {
    for (const { name, role } of [billing, network]) {
      await sql`drop database if exists ${sql(name)} with (force)`
      await sql`drop role if exists ${sql(role)}`
    }
  }),
)

it('gives a service a database that it owns and that no other service can connect to', async () => {
  const [own, foreign] = [await provisionDatabase(billing), await provisionDatabase(network)]
  expect(await connected(own, (sql) => sql`select current_user, current_database()`)).toMatchObject([
    { current_user: billing.role, current_database: billing.name },
  ])
  await connected(own, (sql) => sql`create table mine (id int)`)

  const trespass = new URL(own)
  trespass.pathname = new URL(foreign).pathname
  await expect(connected(trespass.href, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '42501' })
})

it('makes a role that cannot escape row-level security', async () => {
  const url = await provisionDatabase(billing)
  const [role] = await connected(
    url,
    (sql) => sql`select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user`,
  )
  expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false })
})

it('may be called again and at the same time, keeps the data and sets the new password', async () => {
  await provisionDatabase(billing)
  await connected(
    await provisionDatabase(billing),
    (sql) => sql`create table if not exists kept as select 42 as answer`,
  )
  const changed = { ...billing, password: 'another' }
  const urls = await Promise.all([provisionDatabase(changed), provisionDatabase(changed), provisionDatabase(changed)])
  expect(await connected(urls[0] ?? '', (sql) => sql`select answer from kept`)).toEqual([{ answer: 42 }])
})

it.each(['', 'Billing', 'a"; drop', '1a'])('refuses %j as a name', async (name) => {
  await expect(provisionDatabase({ ...billing, name })).rejects.toThrow(TypeError)
})
