import { sql } from 'drizzle-orm'
import { bigint, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { expect, it } from 'vitest'
import { idColumn } from '../id-column.ts'
import { newId } from '../ids.ts'
import { momentColumn } from '../moment-column.ts'
import { insertionOf, recordsetOf } from './recordset.ts'
import { databaseWith } from './tables-for-tests.ts'
import { inTransaction } from './transaction.ts'

const thing = pgTable('thing', {
  id: idColumn('evt').notNull(),
  minor: bigint('minor_units', { mode: 'bigint' }),
  count: integer('count'),
  data: jsonb('data'),
  names: text('names').array(),
  at: momentColumn('at'),
  rest: text('rest').notNull().default('as ever'),
})

const insertThings = insertionOf(thing, ['id', 'minor', 'count', 'data', 'names', 'at'])

it('stores every kind of value as it is, in the order given, and leaves the other columns to their defaults', async () => {
  await using opened = await databaseWith('recordset', { thing })
  const db = opened.database.forTenant('demo')
  const rows = [
    {
      id: newId('evt'),
      minor: 9_007_199_254_740_993n,
      count: -3,
      data: { says: 'a "quote", \\ and 😀', n: [1.5, null] },
      names: ['a,b', '{"c"}', ''],
      at: new Date('2026-11-21T12:00:00.123Z'),
    },
    { id: newId('evt'), minor: null, count: null, data: null, names: null, at: null },
  ] as const
  await inTransaction(db, (tx) =>
    insertThings(
      tx,
      rows.map((row) => ({ ...row, names: row.names && [...row.names] })),
    ),
  )
  const stored = await db.select().from(thing).orderBy(sql`ctid`)
  expect(stored).toEqual(rows.map((row) => ({ ...row, rest: 'as ever' })))
})

it('changes many rows in one statement of one text', async () => {
  await using opened = await databaseWith('recordset', { thing })
  const db = opened.database.forTenant('demo')
  const [one, other] = [newId('evt'), newId('evt')]
  const counts = recordsetOf(thing, ['id', 'count'])
  await db.insert(thing).values([{ id: one }, { id: other }])
  await db.execute(sql`update ${thing} set count = given.count
    from ${counts.from([
      { id: one, count: 1 },
      { id: other, count: 2 },
    ])} where ${thing.id} = given.id`)
  const stored = await db.select().from(thing).orderBy(thing.count)
  expect(stored.map(({ id, count }) => [id, count])).toEqual([
    [one, 1],
    [other, 2],
  ])
})

it('finds its rows by an index where a table has a thousand, by the plan that is kept whatever the batch', async () => {
  const found = pgTable('found', {
    id: idColumn('evt').primaryKey(),
    count: integer('count').notNull(),
    rest: text('rest'),
  })
  await using opened = await databaseWith('recordset-plan', { found })
  const db = opened.database.forTenant('demo')
  await db.execute(sql`
    insert into found select gen_random_uuid(), n, repeat('as wide as rows are', 20) from generate_series(1, 1000) n`)
  await db.execute(sql`analyze found`)
  const counts = recordsetOf(found, ['id', 'count'])
  const rows = counts.from(Array.from({ length: 20 }, (_, count) => ({ id: newId('evt'), count })))
  const plan = await inTransaction(db, async (tx) => {
    await tx.execute(sql`set local plan_cache_mode = force_generic_plan`)
    return tx.execute(sql`explain update ${found} set count = given.count from ${rows} where ${found.id} = given.id`)
  })
  expect(JSON.stringify(plan)).toContain('Index Scan using found_pkey')
})
