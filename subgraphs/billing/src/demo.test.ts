import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { loadDemo } from './demo.ts'
import { createBillingDatabase, NOW } from './testing/billing-database.ts'
import { booksOf } from './testing/books.ts'

const DAY_MS = 86_400_000

test('the demo is loaded once, whenever and however often, and by two processes at the same time', async () => {
  await using billing = await createBillingDatabase()
  await Promise.all([loadDemo(billing.db, NOW), loadDemo(billing.db, NOW)])
  const first = await billing.db.execute(
    sql`select id, balance_minor, entry_sequence from billing_account order by msisdn`,
  )
  await loadDemo(billing.db, new Date(NOW.getTime() + 3 * DAY_MS))
  expect(
    await billing.db.execute(sql`select id, balance_minor, entry_sequence from billing_account order by msisdn`),
  ).toEqual(first)
  expect(first).toHaveLength(5)
  for (const at of [1, 2, 3, 4, 5])
    expect(await booksOf(billing.db, `491555000000${at}`)).toMatchObject({ records: 9, entries: 10, isGapless: true })
})

test('ada is postpaid with a limit of 100.00, the others are prepaid, and nobody is below the threshold yet', async () => {
  await using billing = await createBillingDatabase()
  await loadDemo(billing.db, NOW)
  const accounts = await billing.db.execute(sql`
    select payment_mode, credit_limit_minor, balance_minor + credit_limit_minor >= low_balance_threshold_minor as well
    from billing_account order by msisdn`)
  expect(accounts).toEqual([
    { payment_mode: 'POSTPAID', credit_limit_minor: 10_000n, well: true },
    ...Array.from({ length: 4 }, () => ({ payment_mode: 'PREPAID', credit_limit_minor: 0n, well: true })),
  ])
  expect(await billing.db.execute(sql`select from balance_alert`)).toHaveLength(0)
  const [newest] = await billing.db.execute<{ owner: string }>(sql`
    select msisdn as owner from billing_account order by created_at desc limit 1`)
  expect(newest).toEqual({ owner: '4915550000002' })
})
