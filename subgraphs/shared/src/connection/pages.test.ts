import { eq, or, sql } from 'drizzle-orm'
import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Db } from '../db/pools.ts'
import { databaseWith } from '../db/tables-for-tests.ts'
import { idColumn, tenantColumn } from '../id-column.ts'
import { type Id, namedId } from '../ids.ts'
import { momentColumn } from '../moment-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { toConnection } from './connection.ts'
import { keyset } from './keyset.ts'
import { ordering } from './ordering.ts'
import { type PageArgs, pageArgs } from './page.ts'
import { pageLoader } from './page-loader.ts'
import { pagesByParent } from './pages-by-parent.ts'
import { preparedPages } from './prepared-pages.ts'

const books = pgTable(
  'book',
  {
    tenantId: tenantColumn(),
    id: idColumn('bok').notNull(),
    ownerId: idColumn('usr', 'owner_id').notNull(),
    borrowerId: idColumn('usr', 'borrower_id'),
    title: text('title').notNull(),
    pages: integer('pages').notNull(),
    copies: bigint('copies', { mode: 'bigint' }).notNull(),
    boughtAt: momentColumn('bought_at').notNull(),
  },
  (book) => [
    primaryKey({ columns: [book.tenantId, book.id] }),
    index('book_newest').on(book.tenantId, book.boughtAt, book.id),
    index('book_of_owner').on(book.tenantId, book.ownerId, book.boughtAt, book.id),
    tenantPolicy(),
  ],
)
type Book = typeof books.$inferSelect

const newest = ordering({ name: 'books, newest', direction: 'desc', by: { boughtAt: books.boughtAt, id: books.id } })
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
const booksOfOwners = pagesByParent(newest, books.ownerId, (db, { where, orderBy, limit }) =>
  db
    .select()
    .from(books)
    .where(where)
    .orderBy(...orderBy)
    .limit(limit),
)
const booksOfReaders = pagesByParent(
  newest,
  books.ownerId,
  (db, { where, orderBy, limit }) =>
    db
      .select()
      .from(books)
      .where(where)
      .orderBy(...orderBy)
      .limit(limit),
  (reader) => or(eq(books.ownerId, reader), eq(books.borrowerId, reader)),
)

let opened: Awaited<ReturnType<typeof databaseWith>>
let db: Db
let raw: postgres.Sql
const statements: string[] = []

beforeAll(async () => {
  opened = await databaseWith('pages', { books })
  raw = postgres(opened.test.url, { max: 2, connection: { 'app.tenant': 'north' } })
  db = drizzle(raw, { logger: { logQuery: (text) => statements.push(text) } })
})
afterAll(async () => {
  await raw.end()
  await opened[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await db.delete(books)
  statements.length = 0
})

const user = (name: string): Id<'usr'> => namedId('usr', name)

/** Few distinct values, so that ties are the rule and the id has to break them. */
function book(n: number, owner = 'ada'): typeof books.$inferInsert {
  return {
    id: namedId('bok', `${owner} ${n}`),
    ownerId: user(owner),
    title: `Title ${n % 3}`,
    pages: n % 4,
    copies: 9_007_199_254_740_992n + BigInt(n % 2),
    boughtAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, n % 5)),
  }
}
const shelf = (count: number, owner = 'ada') => Array.from({ length: count }, (_, n) => book(n, owner))

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

const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

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

const OWNERS = ['ada', 'bob', 'cyd', 'dan', 'eve']

const loaderOfBooks = () =>
  pageLoader<Id<'usr'>, typeof newest.by, Book>((owners, asked) => booksOfOwners(db, owners, asked))

test('the connections of many parents come from one statement, each as if it were asked for alone', async () => {
  for (const [n, owner] of OWNERS.slice(0, 4).entries()) await db.insert(books).values(shelf(n * 3 + 1, owner))
  statements.length = 0
  const loader = loaderOfBooks()
  const asked = pageArgs(newest, { first: 4 })
  const connections = await Promise.all(OWNERS.map((owner) => loader.load(user(owner), asked)))
  expect(statements).toHaveLength(1)
  for (const [n, owner] of OWNERS.entries()) {
    const { orderBy, limit } = keyset(asked)
    const alone = await db
      .select()
      .from(books)
      .where(eq(books.ownerId, user(owner)))
      .orderBy(...orderBy)
      .limit(Number(limit))
    expect(connections[n]).toEqual(toConnection(alone, asked))
  }
  expect(connections.map(({ nodes }) => nodes.length)).toEqual([1, 4, 4, 4, 0])
})

test('the next pages of many parents come from one statement as well', async () => {
  await db.insert(books).values([...shelf(9, 'ada'), ...shelf(9, 'bob')])
  const loader = loaderOfBooks()
  const [ada, bob] = [user('ada'), user('bob')]
  const start = await loader.load(ada, pageArgs(newest, { first: 4 }))
  const asked = pageArgs(newest, { first: 100, after: start.pageInfo.endCursor })
  statements.length = 0
  const [restOfAda, restOfBob] = await Promise.all([loader.load(ada, asked), loader.load(bob, asked)])
  expect(statements).toHaveLength(1)
  expect(ids(restOfAda.nodes)).toHaveLength(5)
  expect(new Set(ids([...start.nodes, ...restOfAda.nodes])).size).toBe(9)
  const last = start.nodes.at(-1)?.boughtAt ?? new Date(0)
  expect(restOfBob.nodes.every(({ boughtAt, ownerId }) => ownerId === bob && boughtAt <= last)).toBe(true)
})

test('a child that belongs to two parents is on the pages of both', async () => {
  await db.insert(books).values([{ ...book(1, 'ada'), borrowerId: user('bob') }, book(2, 'bob')])
  const pages = await booksOfReaders(db, OWNERS.map(user), pageArgs(newest, {}))
  expect([...pages.values()].map((rows) => rows.length)).toEqual([1, 2, 0, 0, 0])
})

test('different pages of one field are different statements, and the same page is loaded once', async () => {
  await db.insert(books).values(shelf(3))
  statements.length = 0
  const loader = loaderOfBooks()
  const [two, alsoTwo, all] = await Promise.all([
    loader.load(user('ada'), pageArgs(newest, { first: 2 })),
    loader.load(user('ada'), pageArgs(newest, { first: 2 })),
    loader.load(user('ada'), pageArgs(newest, {})),
  ])
  expect(statements).toHaveLength(2)
  expect([two.nodes.length, alsoTwo.nodes.length, all.nodes.length]).toEqual([2, 2, 3])
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
