// What a client is told where one of PostgreSQL's limits of time ends its work: to send the same again, and nothing was done.

import { sql } from 'drizzle-orm'
import { integer, pgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tenantColumn } from '../id-column.ts'
import { momentaryFaultIn } from '../momentary-fault.ts'
import { tenantPolicy } from '../tenancy.ts'
import type { TenantDb, Tx } from './pools.ts'
import { databaseWith } from './tables-for-tests.ts'
import { inTransaction } from './transaction.ts'

const tally = pgTable('tally', { tenantId: tenantColumn(), count: integer('count').notNull() }, () => [tenantPolicy()])

let opened: Awaited<ReturnType<typeof databaseWith>>
let db: TenantDb
beforeAll(async () => {
  opened = await databaseWith('time-limits', { tally })
  db = opened.database.forTenant('demo')
})
afterAll(() => opened[Symbol.asyncDispose]())

const PATIENCE = { timeout: 20_000, interval: 20 }
const setting = (tx: Tx, name: string) => tx.execute(sql`select set_config(${name}, '50ms', true)`)

/** Until the server has let go of this transaction's connection. */
async function isLetGo(tx: Tx): Promise<void> {
  const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
  const backends = () => opened.database.system.execute(sql`select from pg_stat_activity where pid = ${row?.pid ?? 0}`)
  await expect.poll(async () => (await backends()).length, PATIENCE).toBe(0)
}

/** Holds the lock that the transaction wants, until that has given up. */
async function meetsALock(tx: Tx): Promise<void> {
  await inTransaction(db, async (other) => {
    await other.execute(sql`select pg_advisory_xact_lock(1)`)
    await tx.execute(sql`select pg_advisory_xact_lock(1)`)
  })
}

const takesLong = (tx: Tx) => tx.execute(sql`select pg_sleep(30)`)

test.each<[string, string, (tx: Tx) => Promise<unknown>]>([
  ['a statement that takes too long', 'statement_timeout', takesLong],
  ['a lock that is waited for too long', 'lock_timeout', meetsALock],
  ['a transaction that takes too long, in a statement', 'transaction_timeout', takesLong],
  ['a transaction that takes too long, between two', 'transaction_timeout', isLetGo],
  ['a transaction that is left idle', 'idle_in_transaction_session_timeout', isLetGo],
])('%s is told as to be sent again, and nothing was done', async (_, limit, work) => {
  const done = inTransaction(db, async (tx) => {
    await tx.insert(tally).values({ count: 1 })
    await setting(tx, limit)
    await work(tx)
    await tx.insert(tally).values({ count: 2 })
  })
  const error = await done.catch((thrown: unknown) => thrown)
  expect(momentaryFaultIn(error)?.extensions).toEqual({ code: 'OVERLOADED', retryAfter_s: 1 })
  expect(await db.select().from(tally)).toEqual([])
})
