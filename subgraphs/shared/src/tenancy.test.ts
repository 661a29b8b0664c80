import { index, integer, pgTable, primaryKey } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { expect, onTestFinished, test } from 'vitest'
import { databaseWith } from './db/tables-for-tests.ts'
import { idColumn, tenantColumn } from './id-column.ts'
import { tenantPolicy } from './tenancy.ts'

const things = pgTable(
  'thing',
  { tenantId: tenantColumn(), id: idColumn('thg', 'id'), size: integer('size').notNull() },
  (thing) => [
    primaryKey({ columns: [thing.tenantId, thing.id] }),
    index('thing_by_size').on(thing.tenantId, thing.size, thing.id),
    tenantPolicy(),
  ],
)

async function database() {
  const opened = await databaseWith('tenancy', { things })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return {
    /** A single connection, so that what is set and prepared on it stays. */
    as(tenant: string | undefined) {
      const sql = postgres(opened.test.url, {
        max: 1,
        connection: {
          ...(tenant === undefined ? {} : { 'app.tenant': tenant }),
          plan_cache_mode: 'force_generic_plan',
        },
      })
      onTestFinished(() => sql.end())
      return sql
    },
  }
}

const insert = (sql: postgres.Sql, rows: number) =>
  sql`insert into thing (id, size) select uuidv7(), n from generate_series(1, ${rows}::int) n`

/** Prepared by its text, like every statement of postgres.js: the second call on a connection runs the cached plan. */
const tenantsSeen = async (sql: postgres.Sql) =>
  (await sql<{ tenant_id: string }[]>`select distinct tenant_id from thing order by 1`).map((row) => row.tenant_id)

test('a connection sees and writes the rows of its own tenant only, although it owns the table', async () => {
  const { as } = await database()
  const [north, south] = [as('north'), as('south')]
  await insert(north, 2)
  await insert(south, 3)
  expect(await tenantsSeen(north)).toEqual(['north'])
  expect(await tenantsSeen(south)).toEqual(['south'])
  expect((await north`update thing set size = 9`).count).toBe(2)
  expect((await north`delete from thing`).count).toBe(2)
  await expect(north`insert into thing (tenant_id, id, size) values ('south', uuidv7(), 1)`).rejects.toThrow(
    /row-level security/,
  )
})

test('a connection without a tenant sees nothing and cannot write', async () => {
  const { as } = await database()
  await insert(as('north'), 1)
  const nobody = as(undefined)
  expect(await tenantsSeen(nobody)).toEqual([])
  await expect(insert(nobody, 1)).rejects.toThrow(/app.tenant/)
})

test('a connection for every tenant sees all rows and must name the tenant of those it writes', async () => {
  const { as } = await database()
  await insert(as('north'), 1)
  const system = as('*')
  await system`insert into thing (tenant_id, id, size) values ('south', uuidv7(), 1)`
  expect(await tenantsSeen(system)).toEqual(['north', 'south'])
  await expect(insert(system, 1)).rejects.toThrow(/not-null/)
})

test('a plan that was cached for every tenant leaks nothing after the connection was given to one', async () => {
  const { as } = await database()
  await insert(as('north'), 1)
  await insert(as('south'), 1)
  const connection = as('*')
  expect(await tenantsSeen(connection)).toEqual(['north', 'south'])
  await connection`select set_config('app.tenant', 'north', false)`
  expect(await tenantsSeen(connection)).toEqual(['north'])
  await connection`select set_config('app.tenant', 'south', false)`
  expect(await tenantsSeen(connection)).toEqual(['south'])
})

test('a page of a list reads the index in order, without sorting and without looking at other tenants', async () => {
  const { as } = await database()
  for (const tenant of ['north', 'south', 'west']) await insert(as(tenant), 2_000)
  const north = as('north')
  await as('*')`analyze thing`
  // The table is too small for the planner to care: show what it can do, not what it would choose here.
  await north`set enable_bitmapscan = off`
  await north`set enable_sort = off`
  const plan = await north`explain (costs off) select id from thing
    where (size, id) < (900, '00000000-0000-7000-8000-000000000000') order by size desc, id desc limit 20`
  const lines = plan.map((row) => String(row['QUERY PLAN']).trim())
  expect(lines).toEqual([
    'Limit',
    expect.stringMatching(/^-> {2}Index (Only )?Scan Backward using thing_by_size/),
    expect.stringMatching(/^Index Cond: \(\(tenant_id = current_setting.*AND \(ROW\(size, id\) < ROW/),
  ])
})
