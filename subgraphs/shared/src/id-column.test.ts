import { eq, sql } from 'drizzle-orm'
import { pgTable, text } from 'drizzle-orm/pg-core'
import { expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { databaseWith } from './db/tables-for-tests.ts'
import { idColumn } from './id-column.ts'
import { type Id, namedId, toUuid } from './ids.ts'
import { placeholderFor } from './placeholder.ts'

const slices = pgTable('slice', {
  id: idColumn('slc').primaryKey(),
  ownerId: idColumn('usr', 'owner_id'),
  label: text('label').notNull(),
})

async function openDatabase() {
  const opened = await databaseWith('id-column', { slices })
  onTestFinished(() => opened[Symbol.asyncDispose]())
  return { db: opened.database.forTenant('north'), raw: opened.database.sql.forTenant('north') }
}

const [gold, ada] = [namedId('slc', 'gold'), namedId('usr', 'ada')]

test('ids are typed in the code and plain uuids in the table', async () => {
  const { db, raw } = await openDatabase()
  await db.insert(slices).values({ id: gold, ownerId: ada, label: 'gold' })
  const [row] = await db.select().from(slices).where(eq(slices.id, gold))
  expect(row).toEqual({ id: gold, ownerId: ada, label: 'gold' })
  expectTypeOf(row).toEqualTypeOf<{ id: Id<'slc'>; ownerId: Id<'usr'> | null; label: string } | undefined>()
  expect(await raw`select id, owner_id, pg_typeof(id)::text as type from slice`).toEqual([
    { id: toUuid(gold), owner_id: toUuid(ada), type: 'uuid' },
  ])
})

test('a prepared statement takes ids, and null for an id that may be missing', async () => {
  const { db } = await openDatabase()
  const insert = db
    .insert(slices)
    .values({ id: sql.placeholder('id'), ownerId: sql.placeholder('owner'), label: 'gold' })
    .prepare('insert_slice')
  await insert.execute({ id: gold, owner: null })
  expect(await db.select().from(slices)).toEqual([{ id: gold, ownerId: null, label: 'gold' }])
})

test('an id of another kind is refused instead of matching a row by chance', async () => {
  const { db } = await openDatabase()
  const find = db
    .select()
    .from(slices)
    .where(eq(slices.id, placeholderFor(slices.id, 'id')))
    .prepare('find_slice')
  await db.insert(slices).values({ id: gold, label: 'gold' })
  expect(await find.execute({ id: gold })).toHaveLength(1)
  await expect(async () => find.execute({ id: `usr_${gold.slice(4)}` })).rejects.toMatchObject({ code: 'INVALID_ID' })
})
