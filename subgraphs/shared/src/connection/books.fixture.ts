import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import type { Db } from '../db/pools.ts'
import { databaseWith } from '../db/tables-for-tests.ts'
import { idColumn, tenantColumn } from '../id-column.ts'
import { type Id, namedId } from '../ids.ts'
import { momentColumn } from '../moment-column.ts'
import { tenantPolicy } from '../tenancy.ts'
import { ordering } from './ordering.ts'

export const books = pgTable(
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
export type Book = typeof books.$inferSelect

export const newest = ordering({
  name: 'books, newest',
  direction: 'desc',
  by: { boughtAt: books.boughtAt, id: books.id },
})

export const user = (name: string): Id<'usr'> => namedId('usr', name)

/** Few distinct values, so that ties are the rule and the id has to break them. */
export function book(n: number, owner = 'ada'): typeof books.$inferInsert {
  return {
    id: namedId('bok', `${owner} ${n}`),
    ownerId: user(owner),
    title: `Title ${n % 3}`,
    pages: n % 4,
    copies: 9_007_199_254_740_992n + BigInt(n % 2),
    boughtAt: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, n % 5)),
  }
}
export const shelf = (count: number, owner = 'ada') => Array.from({ length: count }, (_, n) => book(n, owner))

export const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id)

/** No books, as one tenant sees them. */
export type Library = AsyncDisposable & {
  readonly db: Db
  /** The text of each statement since it was emptied. */
  readonly statements: string[]
  empty(): Promise<void>
}

export async function openLibrary(name: string): Promise<Library> {
  const opened = await databaseWith(name, { books })
  const statements: string[] = []
  const raw = postgres(opened.test.url, { max: 2, connection: { 'app.tenant': 'north' } })
  const db = drizzle(raw, { logger: { logQuery: (text) => statements.push(text) } })
  return {
    db,
    statements,
    async empty() {
      await db.delete(books)
      statements.length = 0
    },
    async [Symbol.asyncDispose]() {
      await raw.end()
      await opened[Symbol.asyncDispose]()
    },
  }
}
