// What a batch costs does not go by what else is in the books. Counted in rows, without a clock.

import { expect, test } from 'vitest'
import type { Database } from '../db/pools.ts'
import type { Id } from '../ids.ts'
import { openTellingPlans, type Planned } from '../testing/telling-plans.ts'
import { Ledger } from './ledger.ts'
import { minutesAfter, NOON, ofPending, pending, setBooks, single, type TestBooks } from './ledger-for-tests.ts'

const ACCOUNTS = 20_000
const TRANSFERS = 60
/** That the steps of all plans come by for one transfer; some seventy were counted. */
const ROWS_EACH_MAX = 150

test('a batch looks at its own accounts and holds, however many there are, before PostgreSQL knows of them', async () => {
  await using books = await setBooks()
  const { bank, wallets, holds } = await grow(books)
  await using plans = await openTellingPlans(books.test.url)
  await batchesOf(plans.database, { bank, wallets, holds })
  expectOwnRowsOnly(plans.planned)
})

test('a connection whose plans were made in empty books looks at no more when they have grown', async () => {
  await using books = await setBooks()
  await using plans = await openTellingPlans(books.test.url)
  const first = await openBank(books)
  const wallet = await books.open()
  const hold = pending(first, wallet, 1n, minutesAfter(60))
  await books.ledger().post(hold)
  await batchesOf(plans.database, { bank: first, wallets: [wallet], holds: [hold] })
  const { bank, wallets, holds } = await grow(books)
  plans.planned.length = 0
  await batchesOf(plans.database, { bank, wallets, holds })
  expectOwnRowsOnly(plans.planned)
})

const openBank = (books: TestBooks) => books.open({ normalSide: 'DEBIT', floorMinor: null, purpose: 'FUNDING' })

/** As an import leaves books, of which PostgreSQL has no statistics yet: many accounts and many holds. */
async function grow(books: TestBooks) {
  await books.database.sql.system`
    insert into ledger_account (tenant_id, id, normal_side, currency, floor_minor, purpose, created_at)
    select 'demo', gen_random_uuid(), 'CREDIT', 'EUR', 0, 'WALLET', ${NOON.toISOString()}::timestamptz
    from generate_series(1, ${ACCOUNTS})`
  const bank = await openBank(books)
  const wallets = await Promise.all(Array.from({ length: TRANSFERS }, () => books.open()))
  const holds = Array.from({ length: 3_000 }, () => pending(bank, wallets[0] as Id<'led'>, 1n, minutesAfter(60)))
  await books.ledger().postAll(holds)
  return { bank, wallets, holds }
}

/** One that pays into each wallet, and one that lets go of as many holds. */
async function batchesOf(database: Database, { bank, wallets, holds }: Awaited<ReturnType<typeof grow>>) {
  const ledger = new Ledger({ database, tenant: 'demo', now: () => NOON })
  const posted = await ledger.postAll(wallets.map((wallet) => single(bank, wallet, 1n)))
  const resolved = await ledger.postAll(holds.slice(0, TRANSFERS).map((hold) => ofPending('VOID_PENDING', hold)))
  expect([...posted, ...resolved].every(({ ok }) => ok)).toBe(true)
}

function expectOwnRowsOnly(planned: readonly Planned[]): void {
  const rows = planned.reduce((sum, each) => sum + each.rows, 0)
  expect(rows).toBeGreaterThan(2 * TRANSFERS)
  expect(rows).toBeLessThan(2 * TRANSFERS * ROWS_EACH_MAX)
  // An index that leads with the tenant too, and has the id further back, would be read from end to end.
  expect(new Set(planned.flatMap(({ indexes }) => indexes))).toEqual(
    new Set([
      'ledger_account_key',
      'ledger_account_number',
      'ledger_hold_key',
      'ledger_transfer_key',
      'ledger_transfer_subject',
    ]),
  )
}
