import { afterAll, beforeAll, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/database.ts'
import { Lease } from './lease.ts'
import { type Database, openDatabase } from './pools.ts'
import { silent } from './tables-for-tests.ts'

let test: TestDatabase
let database: Database

beforeAll(async () => {
  test = await createTestDatabase({ name: 'empty' })
  database = openDatabase({ url: test.url, applicationName: 'test', log: silent })
})
afterAll(async () => {
  await database.close({ timeout_s: 1 })
  await test.drop()
})

it('is held by one at a time and passes on when it is released', async () => {
  const [first, second] = [new Lease(database, 'work'), new Lease(database, 'work')]
  expect(await first.acquire()).toBe(true)
  expect(await second.acquire()).toBe(false)
  expect(await first.acquire()).toBe(true)
  await first.release()
  expect(await second.acquire()).toBe(true)
  await second.release()
})

it('does not stand in the way of other work', async () => {
  const [one, other] = [new Lease(database, 'one'), new Lease(database, 'other')]
  expect([await one.acquire(), await other.acquire()]).toEqual([true, true])
  await Promise.all([one.release(), other.release()])
})

it('passes on when the connection of its holder is cut, and the holder notices', async () => {
  const [holder, heir] = [new Lease(database, 'cut'), new Lease(database, 'cut')]
  await holder.acquire()
  await database.sql.system`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lease cut' and state = 'idle'`
  while (!(await heir.acquire()));
  // The end of the connection is an event of its own, which has to get its turn.
  while (await holder.acquire()) await new Promise(setImmediate)
  await Promise.all([holder.release(), heir.release()])
})
