import { eq, sql } from 'drizzle-orm'
import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tenantColumn } from '../id-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import type { Tx } from './pools.ts'
import { databaseWith } from './tables-for-tests.ts'
import { afterCommit, inTransaction, TRANSACTION_ATTEMPTS_MAX } from './transaction.ts'

const counter = pgTable(
  'counter',
  { tenantId: tenantColumn(), name: text('name').notNull(), value: integer('value').notNull() },
  (table) => [primaryKey({ columns: [table.tenantId, table.name] }), tenantPolicy()],
)

let opened: Awaited<ReturnType<typeof databaseWith>>

beforeAll(async () => {
  opened = await databaseWith('counters', { counter })
})
afterAll(() => opened[Symbol.asyncDispose]())

const addOne = (tx: Tx, name: string) =>
  tx
    .update(counter)
    .set({ value: sql`${counter.value} + 1` })
    .where(eq(counter.name, name))

const raise = (tx: Tx, code: string) => tx.execute(sql.raw(`do $$ begin raise exception sqlstate '${code}'; end $$`))

it('tries a deadlock again until both transactions have had their effect once', async () => {
  const db = opened.database.forTenant('deadlock')
  await db.insert(counter).values(['a', 'b'].map((name) => ({ name, value: 0 })))
  const locked: [PromiseWithResolvers<void>, PromiseWithResolvers<void>] = [
    Promise.withResolvers(),
    Promise.withResolvers(),
  ]
  const crossing = (first: string, second: string, own: 0 | 1, other: 0 | 1) =>
    inTransaction(db, async (tx) => {
      await addOne(tx, first)
      locked[own].resolve()
      await locked[other].promise
      await addOne(tx, second)
    })
  await Promise.all([crossing('a', 'b', 0, 1), crossing('b', 'a', 1, 0)])
  expect(await db.select({ value: counter.value }).from(counter)).toEqual([{ value: 2 }, { value: 2 }])
})

it.each(['40001', '40P01'])(
  'gives up on %s after a bounded number of tries, pausing longer each time',
  async (code) => {
    const pauses: number[] = []
    let tries = 0
    const work = async (tx: Tx) => {
      tries += 1
      await raise(tx, code)
    }
    const pause = async (duration_ms: number) => pauses.push(duration_ms)
    const options = { random: () => 0.5, pause }
    await expect(inTransaction(opened.database.forTenant('retry'), work, options)).rejects.toMatchObject({
      cause: { code },
    })
    expect(tries).toBe(TRANSACTION_ATTEMPTS_MAX)
    expect(pauses).toEqual([5, 10, 20, 40])
  },
)

it('does not try another error again', async () => {
  let tries = 0
  const failing = inTransaction(opened.database.forTenant('once'), async (tx) => {
    tries += 1
    await raise(tx, '22012')
  })
  await expect(failing).rejects.toMatchObject({ cause: { code: '22012' } })
  expect(tries).toBe(1)
})

it('calls a hook once after the commit, when the row is there for others', async () => {
  const db = opened.database.forTenant('hooks')
  const seen: Promise<unknown[]>[] = []
  const hook = () => seen.push(db.select({ value: counter.value }).from(counter))
  await inTransaction(db, async (tx) => {
    await tx.insert(counter).values({ name: 'n', value: 1 })
    afterCommit(tx, hook)
    afterCommit(tx, hook)
    expect(seen).toEqual([])
  })
  expect(await Promise.all(seen)).toEqual([[{ value: 1 }]])
})

it('calls no hook when the transaction rolls back or its commit is refused, and none of a try that was repeated', async () => {
  const db = opened.database.forTenant('rollback')
  const called: string[] = []
  await expect(
    inTransaction(db, async (tx) => {
      afterCommit(tx, () => called.push('rolled back'))
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  let tries = 0
  await inTransaction(db, async (tx) => {
    const attempt = ++tries
    afterCommit(tx, () => called.push(`try ${attempt}`))
    if (attempt === 1) await raise(tx, '40001')
  })
  expect(called).toEqual(['try 2'])
})

it('answers the caller although a hook throws, for the transaction is committed', async () => {
  const db = opened.database.forTenant('throwing')
  const result = await inTransaction(db, async (tx) => {
    afterCommit(tx, () => {
      throw new Error('hook')
    })
    return 'committed'
  })
  expect(result).toBe('committed')
})

it('says so when afterCommit is used in a transaction that it cannot watch', async () => {
  const db = opened.database.forTenant('unwatched')
  const unwatched = db.transaction(async (tx) => afterCommit(tx, () => undefined))
  await expect(unwatched).rejects.toThrow(/inTransaction/)
})
