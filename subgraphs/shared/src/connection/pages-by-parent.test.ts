import { eq, or } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Db } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import { type Book, book, books, ids, type Library, newest, openLibrary, shelf, user } from './books.fixture.ts'
import { toConnection } from './connection.ts'
import { keyset } from './keyset.ts'
import { pageArgs } from './page.ts'
import { pageLoader } from './page-loader.ts'
import { pagesByParent } from './pages-by-parent.ts'

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

let library: Library
let db: Db
beforeAll(async () => {
  library = await openLibrary('pages_by_parent')
  db = library.db
})
afterAll(() => library[Symbol.asyncDispose]())
beforeEach(() => library.empty())

const OWNERS = ['ada', 'bob', 'cyd', 'dan', 'eve']

const loaderOfBooks = () =>
  pageLoader<Id<'usr'>, typeof newest.by, Book>((owners, asked) => booksOfOwners(db, owners, asked))

test('the connections of many parents come from one statement, each as if it were asked for alone', async () => {
  for (const [n, owner] of OWNERS.slice(0, 4).entries()) await db.insert(books).values(shelf(n * 3 + 1, owner))
  library.statements.length = 0
  const loader = loaderOfBooks()
  const asked = pageArgs(newest, { first: 4 })
  const connections = await Promise.all(OWNERS.map((owner) => loader.load(user(owner), asked)))
  expect(library.statements).toHaveLength(1)
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
  library.statements.length = 0
  const [restOfAda, restOfBob] = await Promise.all([loader.load(ada, asked), loader.load(bob, asked)])
  expect(library.statements).toHaveLength(1)
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
  library.statements.length = 0
  const loader = loaderOfBooks()
  const [two, alsoTwo, all] = await Promise.all([
    loader.load(user('ada'), pageArgs(newest, { first: 2 })),
    loader.load(user('ada'), pageArgs(newest, { first: 2 })),
    loader.load(user('ada'), pageArgs(newest, {})),
  ])
  expect(library.statements).toHaveLength(2)
  expect([two.nodes.length, alsoTwo.nodes.length, all.nodes.length]).toEqual([2, 2, 3])
})
