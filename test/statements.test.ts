import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { statementsOf } from '@carriergraph/shared/testing/statements.ts'
import postgres from 'postgres'
import { expect, inject, it } from 'vitest'
import { startThrowAwayServer } from './throw-away-server.ts'

/** As many statements that PostgreSQL tells apart: each has one column more than the one before. */
async function runDifferent(sql: postgres.Sql, count: number): Promise<void> {
  for (let columns = 1; columns <= count; columns++) await sql.unsafe(`select ${Array(columns).fill('1').join(',')}`)
}

it('counts what ran between, each as often as it ran', async () => {
  await using database = await createTestDatabase({ name: 'counted' })
  const sql = postgres(database.url, { max: 1 })
  await runDifferent(sql, 2)
  const ran = await statementsOf([database.url], async () => {
    await runDifferent(sql, 3)
    await runDifferent(sql, 2)
  })
  await sql.end()
  expect(ran.toSorted()).toEqual(['select $1,$2', 'select $1,$2', 'select $1,$2,$3'])
})

it('says that counts were lost instead of counting wrongly', async () => {
  const server = await startThrowAwayServer({ 'pg_stat_statements.max': '100' })
  const sql = postgres(server.url, { max: 1 })
  const counted = statementsOf([server.url], () => runDifferent(sql, 200), server.url)
  await expect(counted).rejects.toThrow('pg_stat_statements.max')
  await sql.end()
  await server.remove()
})

it('keeps no counts of a database that is gone, for they would push out those of others', async () => {
  const database = await createTestDatabase({ name: 'forgotten' })
  const sql = postgres(database.url, { max: 1 })
  const [{ oid } = { oid: 0 }] = await sql<
    { oid: number }[]
  >`select oid from pg_database where datname = current_database()`
  await sql.end()
  const superuser = postgres(inject('postgresUrl'), { max: 1 })
  const kept = () => superuser`select from pg_stat_statements where dbid = ${oid}`
  expect(await kept()).not.toHaveLength(0)
  await database.drop()
  expect(await kept()).toHaveLength(0)
  await superuser.end()
})
