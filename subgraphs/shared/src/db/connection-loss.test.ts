// Guards patches/postgres@3.4.9.patch: without it the first test ends the process instead of failing.

import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createLog } from '../log.ts'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { type Database, openDatabase, type Tx } from './pools.ts'
import { inTransaction } from './transaction.ts'

let test: TestDatabase
let database: Database

beforeAll(async () => {
  test = await createTestDatabase({ name: 'empty' })
  database = openDatabase({
    url: test.url,
    applicationName: 'loss',
    log: createLog({ service: 'loss', level: 'silent' }),
  })
})
afterAll(async () => {
  await database.close({ timeout_s: 1 })
  await test.drop()
})

const cutOff = async (tx: Tx): Promise<void> => {
  const [backend] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  await database.system.execute(sql`select pg_terminate_backend(${backend?.pid ?? 0}, 5000)`)
}

it('rejects a transaction whose backend dies, and works on with the next', async () => {
  const db = database.forTenant('demo')
  for (let round = 0; round < 5; round++) {
    const lost = inTransaction(db, async (tx) => {
      await cutOff(tx)
      await tx.execute(sql`select 1`)
    })
    await expect(lost).rejects.toThrow()
    await expect(answersWithin(3)).resolves.toBe(1)
  }
})

it('rejects a transaction whose backend dies before its commit', async () => {
  const lost = inTransaction(database.forTenant('demo'), cutOff)
  await expect(lost).rejects.toThrow()
  await expect(answersWithin(3)).resolves.toBe(1)
})

/** The pool may hold a connection or two that died: a caller that asks again gets through. */
async function answersWithin(attempts: number): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [row] = await database.forTenant('demo').execute<{ one: number }>(sql`select 1 as one`)
      return row?.one
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}
