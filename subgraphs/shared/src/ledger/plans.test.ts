// What a batch costs does not go by what else is in the books. Counted in rows, without a clock.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Id } from '../ids.ts'
import { openTellingPlans } from '../testing/telling-plans.ts'
import { Ledger } from './ledger.ts'
import { minutesAfter, NOON, ofPending, pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'

const ACCOUNTS = 20_000
const TRANSFERS = 60
/** That the steps of all plans come by for one transfer; some seventy were counted. */
const ROWS_EACH_MAX = 150

let books: TestBooks
let bank: Id<'led'>
beforeAll(async () => {
  books = await setBooks()
  bank = await books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })
  // Right after an import, of which PostgreSQL has no statistics yet.
  await books.database.sql.system`
    insert into ledger_account (tenant_id, id, normal_side, currency, floor_minor, purpose, created_at)
    select 'demo', gen_random_uuid(), 'CREDIT', 'EUR', 0, 'WALLET', ${NOON.toISOString()}::timestamptz
    from generate_series(1, ${ACCOUNTS})`
})
afterAll(() => books[Symbol.asyncDispose]())

test('a batch looks at its own accounts and holds, however many there are, before PostgreSQL knows of them', async () => {
  const wallets = await Promise.all(Array.from({ length: TRANSFERS }, () => books.open()))
  const many = Array.from({ length: 3_000 }, () => pending(bank, wallets[0] as Id<'led'>, 1n, minutesAfter(60)))
  await books.ledger().postAll(many)
  await using plans = await openTellingPlans(books.test.url)
  const ledger = new Ledger({ database: plans.database, tenant: 'demo', now: () => NOON })
  const posted = await ledger.postAll(wallets.map((wallet) => single(bank, wallet, 1n)))
  const resolved = await ledger.postAll(many.slice(0, TRANSFERS).map((hold) => ofPending('VOID_PENDING', hold)))
  expect([...posted, ...resolved].every(({ ok }) => ok)).toBe(true)
  const rows = plans.planned.reduce((sum, planned) => sum + planned.rows, 0)
  expect(rows).toBeGreaterThan(2 * TRANSFERS)
  expect(rows).toBeLessThan(2 * TRANSFERS * ROWS_EACH_MAX)
  // An index that leads with the tenant too, and has the id further back, would be read from end to end.
  expect(new Set(plans.planned.flatMap(({ indexes }) => indexes))).toEqual(
    new Set([
      'ledger_account_key',
      'ledger_account_number',
      'ledger_hold_key',
      'ledger_transfer_key',
      'ledger_transfer_subject',
    ]),
  )
})
