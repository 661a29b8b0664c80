import { eq, sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Db } from '../db/pools.ts'
import { namedId } from '../ids.ts'
import { type Book, book, books, ids, type Library, newest, openLibrary, shelf } from './books.fixture.ts'
import { toConnection } from './connection.ts'
import { keyset } from './keyset.ts'
import { ordering } from './ordering.ts'
import { type PageArgs, pageArgs } from './page.ts'
import { preparedPages } from './prepared-pages.ts'

const byTitle = ordering({ name: 'books by title', direction: 'asc', by: { title: books.title, id: books.id } })
const longest = ordering({ name: 'books, longest', direction: 'desc', by: { pages: books.pages, id: books.id } })
const byCopies = ordering({ name: 'books by copies', direction: 'asc', by: { copies: books.copies, id: books.id } })
const byId = ordering({ name: 'books by id', direction: 'desc', by: { id: books.id } })

const newestPages = preparedPages(newest, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(books)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)
let library: Library
let db: Db
beforeAll(async () => {
  library = await openLibrary('pages')
  db = library.db
})
afterAll(() => library[Symbol.asyncDispose]())
beforeEach(() => library.empty())

const page = async (args: PageArgs) => {
  const asked = pageArgs(newest, args)
  return toConnection(await newestPages(db, asked), asked)
}

async function everyPage(first: number, between: () => Promise<unknown> = async () => undefined): Promise<Book[]> {
  const seen: Book[] = []
  for (let after: string | null = null; ; await between()) {
    const { nodes, pageInfo } = await page({ first, after })
    seen.push(...nodes)
    if (!pageInfo.hasNextPage) return seen
    after = pageInfo.endCursor
  }
}

test('pages of any size put together are the whole list in its order, each row once', async () => {
  await db.insert(books).values(shelf(37))
  const all = ids(await db.select().from(books).orderBy(sql`bought_at desc, id desc`))
  for (const first of [1, 2, 7, 36, 37, 38, 100]) expect(ids(await everyPage(first))).toEqual(all)
})

test.each([newest, byTitle, longest, byCopies, byId])('a list can be paged in the order "$name"', async (order) => {
  await db.insert(books).values(shelf(23))
  const columns = sql.join(
    Object.values(order.by).map((column) => sql`${column} ${sql.raw(order.direction)}`),
    sql`, `,
  )
  const all = ids(await db.select().from(books).orderBy(columns))
  const seen: Book[] = []
  for (let after: string | null | undefined; ; ) {
    const asked = pageArgs(order, { first: 4, after })
    const { where, orderBy, limit } = keyset(asked)
    const rows = await db
      .select()
      .from(books)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit)
    const { nodes, pageInfo } = toConnection(rows, asked)
    seen.push(...nodes)
    after = pageInfo.endCursor
    if (!pageInfo.hasNextPage) break
  }
  expect(ids(seen)).toEqual(all)
})

test('rows that come and go while somebody reads neither repeat nor hide another row', async () => {
  await db.insert(books).values(shelf(30))
  const before = ids(await everyPage(100))
  let n = 1_000
  const removed = new Set<string>()
  const seen = await everyPage(4, async () => {
    // One row sorts before the reader, one somewhere, and one that was there goes away.
    await db.insert(books).values([{ ...book(n), boughtAt: new Date('2027-01-01') }, book(n + 1)])
    n += 2
    const [gone] = await db
      .delete(books)
      .where(eq(books.id, namedId('bok', `ada ${removed.size * 7}`)))
      .returning()
    if (gone) removed.add(gone.id)
  })
  const read = ids(seen)
  expect(new Set(read).size).toBe(read.length)
  const stayed = before.filter((id) => !removed.has(id))
  expect(read.filter((id) => stayed.includes(id))).toEqual(stayed)
})

test('a connection says where its page stands', async () => {
  await db.insert(books).values(shelf(3))
  const first = await page({ first: 2 })
  expect(first.pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: first.edges[0]?.cursor,
    endCursor: first.edges[1]?.cursor,
  })
  expect(first.edges.map(({ node }) => node)).toEqual(first.nodes)
  const last = await page({ first: 2, after: first.pageInfo.endCursor })
  expect(last.nodes).toHaveLength(1)
  expect(last.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
  const beyond = await page({ after: last.pageInfo.endCursor })
  expect(beyond).toEqual({
    edges: [],
    nodes: [],
    pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
  })
})

test('a page behind a cursor reads one range of the index, in order', async () => {
  await db.insert(books).values(shelf(50))
  const asked = pageArgs(newest, { first: 2, after: (await page({ first: 2 })).pageInfo.endCursor })
  const { where, orderBy, limit } = keyset(asked)
  const select = db
    .select({ id: books.id })
    .from(books)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit)
  const plan = await db.transaction(async (tx) => {
    // The table is too small for the planner to care: show what it can do, not what it would choose here.
    await tx.execute(sql`set local enable_seqscan = off`)
    await tx.execute(sql`set local enable_bitmapscan = off`)
    await tx.execute(sql`set local enable_sort = off`)
    return tx.execute<{ 'QUERY PLAN': string }>(sql`explain (costs off) ${select}`)
  })
  const lines = plan.map((row) => row['QUERY PLAN'])
  expect(lines.join('\n')).toMatch(/Backward using book_newest/)
  expect(lines.join('\n')).toMatch(/Index Cond: .*tenant_id = .*ROW\(bought_at, id\) < ROW/)
  expect(lines.join('\n')).not.toMatch(/Sort/)
})

test('no cursor that a client can make up reaches PostgreSQL as a value that it refuses', async () => {
  const anyKey = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.constantFrom('0000-01-01T00:00:00.000Z', '+010000-01-01T00:00:00.000Z', '\0', null, namedId('bok', 'x')),
  )
  const orders = [newest, byTitle, longest, byCopies, byId]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...orders), fc.array(anyKey, { maxLength: 1 }), async (order, values) => {
      const json = [1, order.name, ...values, ...(order === byId ? [] : [namedId('bok', 'x')])]
      const after = Buffer.from(JSON.stringify(json)).toString('base64url')
      try {
        const { where, orderBy, limit } = keyset(pageArgs(order, { after }))
        await db
          .select()
          .from(books)
          .where(where)
          .orderBy(...orderBy)
          .limit(limit)
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_CURSOR' })
      }
    }),
    { numRuns: 300 },
  )
})
