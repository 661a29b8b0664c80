import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type Database, openDatabase, type Tx } from './pools.ts'
import { PARAMETERS_MAX, TEXTS_MAX } from './prepared-sql.ts'
import { silent } from './tables-for-tests.ts'
import { inTransaction } from './transaction.ts'

let test: TestDatabase
let database: Database
beforeAll(async () => {
  test = await createTestDatabase({ name: 'prepared-sql' })
})
beforeEach(() => {
  database = openDatabase({ url: test.url, applicationName: 'test', log: silent, poolMax: 1 })
  return () => database.close({ timeout_s: 1 })
})
afterAll(() => test.drop())

/** How many statements of such a text the server has prepared for the connection, and how often they were run. */
async function prepared(like: string): Promise<{ texts: number; runs: number }> {
  const [row] = await database.sql.forTenant('demo')<{ texts: number; runs: number }[]>`
    select count(*)::int as texts, coalesce(sum(generic_plans + custom_plans), 0)::int as runs
    from pg_prepared_statements where statement like ${like} and statement not like '%pg_prepared_statements%'`
  return row ?? { texts: 0, runs: 0 }
}

const inTwo = async (work: (tx: Tx) => Promise<unknown>): Promise<void> => {
  await inTransaction(database.forTenant('demo'), work)
  await inTransaction(database.forTenant('demo'), work)
}

it('has the server parse a text once for all transactions of a connection', async () => {
  await inTwo((tx) => tx.execute(sql`select ${1}::int + ${2}::int as once`))
  expect(await prepared('select % as once')).toEqual({ texts: 1, runs: 2 })
})

it('does the same within a savepoint', async () => {
  await inTwo((tx) => tx.transaction((inner) => inner.execute(sql`select ${1}::int as inner`)))
  expect(await prepared('select % as inner')).toEqual({ texts: 1, runs: 2 })
})

it('keeps no text of many parameters, as batches of rows are', async () => {
  const values = (count: number) =>
    sql.join(
      Array.from({ length: count }, (_, n) => sql`${n}::int`),
      sql`, `,
    )
  await inTwo((tx) => tx.execute(sql`select array[${values(PARAMETERS_MAX)}] as few`))
  await inTwo((tx) => tx.execute(sql`select array[${values(PARAMETERS_MAX + 1)}] as many`))
  expect(await prepared('select % as few')).toEqual({ texts: 1, runs: 2 })
  expect(await prepared('select % as many')).toEqual({ texts: 0, runs: 0 })
})

it('keeps a bounded number of texts, and answers the others all the same', async () => {
  const answers: unknown[] = []
  await inTransaction(database.forTenant('demo'), async (tx) => {
    for (let n = 0; n < TEXTS_MAX + 3; n += 1)
      answers.push(...(await tx.execute(sql`select ${n}::int as ${sql.raw(`bounded_${n}`)}`)))
  })
  expect(answers.at(-1)).toEqual({ [`bounded_${TEXTS_MAX + 2}`]: TEXTS_MAX + 2 })
  expect(await prepared('select % as bounded%')).toEqual({ texts: TEXTS_MAX, runs: TEXTS_MAX })
})

it('works on after a migration has changed what many texts of a transaction answer with', async () => {
  await database.sql.system`create table migrated (id int primary key, amount int)`
  await database.sql.system`insert into migrated values (1, 5)`
  const columns = Array.from({ length: 12 }, (_, n) => `amount as a${n}`)
  const readAll = () =>
    inTransaction(database.forTenant('demo'), (tx) =>
      Promise.all(columns.map((column) => tx.execute(sql`select ${sql.raw(column)} from migrated where id = ${1}`))),
    )
  await readAll()
  expect((await readAll()).flat()).toEqual(columns.map((_, n) => ({ [`a${n}`]: 5 })))
  await database.sql.system`alter table migrated alter column amount type text`
  expect((await readAll()).flat()).toEqual(columns.map((_, n) => ({ [`a${n}`]: '5' })))
})
