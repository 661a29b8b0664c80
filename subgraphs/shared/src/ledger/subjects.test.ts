import postgres from 'postgres'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { openDatabase } from '../db/pools.ts'
import { silent } from '../db/tables-for-tests.ts'
import '../testing/provided.ts'
import { Ledger } from './ledger.ts'
import { NOON, ofPending, pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'

let books: TestBooks
beforeAll(async () => {
  books = await setBooks()
})
afterAll(() => books[Symbol.asyncDispose]())

/** After so many calls PostgreSQL keeps the plan that it has, whatever becomes of the tables. */
const CALLS_UNTIL_GENERIC = 8
const RESOLVED = 200
/** A probe of three indexes and the pages that they name; reading all accounts for each takes hundreds. */
const PAGES_EACH_MAX = 30

test('what orders refer to is probed for, when there are many accounts and hardly a transfer as well', async () => {
  // One connection, whose plan it is.
  const database = openDatabase({ url: books.test.url, applicationName: 'test', log: silent, poolMax: 1 })
  const ledger = new Ledger({ database, tenant: 'demo', now: () => NOON })
  const [bank, ada] = [await books.open({ floorMinor: null }), await books.open()]
  await database.sql.forTenant('demo').unsafe(
    `insert into ledger_account (id, normal_side, currency, purpose, created_at)
      select gen_random_uuid(), 'CREDIT', 'EUR', 'WALLET', now() from generate_series(1, 10000)`,
  )
  for (let call = 0; call < CALLS_UNTIL_GENERIC; call += 1) {
    const hold = pending(bank, ada, 1n)
    await ledger.post(hold)
    await ledger.post(ofPending('VOID_PENDING', hold))
  }
  await ledger.postAll(Array.from({ length: 4_000 }, () => single(bank, ada, 1n)))
  const holds = Array.from({ length: RESOLVED }, () => pending(bank, ada, 1n))
  await ledger.postAll(holds)
  const before = await pagesRead()
  const answers = await ledger.postAll(holds.map((hold) => ofPending('POST_PENDING', hold)))
  expect(answers.every(({ ok }) => ok)).toBe(true)
  expect((await pagesRead()) - before).toBeLessThan(RESOLVED * PAGES_EACH_MAX)
  await database.close({ timeout_s: 1 })
})

async function pagesRead(): Promise<number> {
  const sql = postgres(inject('postgresUrl'), { max: 1 })
  const [row] = await sql<{ pages: number }[]>`
    select sum(shared_blks_hit + shared_blks_read)::int as pages
    from pg_stat_statements join pg_database on pg_database.oid = dbid
    where datname = ${new URL(books.test.url).pathname.slice(1)} and query like '%from ledger_subjects(%'`
  await sql.end()
  return row?.pages ?? 0
}
