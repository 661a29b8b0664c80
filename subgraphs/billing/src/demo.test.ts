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

test('balances, usage and dates of the demo are the same on every machine', async () => {
  await using billing = await createBillingDatabase()
  await loadDemo(billing.db, NOW)
  const accounts = await billing.db.execute(sql`
    select right(msisdn, 1) as at, balance_minor, low_balance_threshold_minor as threshold, created_at
    from billing_account order by msisdn`)
  // Six started minutes, nine megabytes and three messages each: 0.84 EUR prepaid, 0.59 EUR postpaid.
  expect(accounts).toEqual([
    { at: '1', balance_minor: -59n, threshold: 2_000n, created_at: '2026-10-02 12:00:00+00' },
    { at: '2', balance_minor: 1_916n, threshold: 1_500n, created_at: '2026-11-11 12:00:00+00' },
    { at: '3', balance_minor: 716n, threshold: 500n, created_at: '2026-11-01 12:00:00+00' },
    { at: '4', balance_minor: 4_916n, threshold: 1_000n, created_at: '2026-10-22 12:00:00+00' },
    { at: '5', balance_minor: 416n, threshold: 200n, created_at: '2026-10-12 12:00:00+00' },
  ])
  const first = await billing.db.execute(sql`
    select record_id, quantity::int, started_at, charged_at from usage_record
    where record_id like 'demo-bruno-1-%' order by record_id`)
  const charged_at = '2026-11-21 12:00:00+00'
  expect(first).toEqual([
    { record_id: 'demo-bruno-1-call', quantity: 55, started_at: '2026-11-12 20:00:00+00', charged_at },
    { record_id: 'demo-bruno-1-message', quantity: 1, started_at: '2026-11-13 06:00:00+00', charged_at },
    { record_id: 'demo-bruno-1-session', quantity: 1_300_000, started_at: '2026-11-13 00:00:00+00', charged_at },
  ])
  const told = await billing.db.execute(sql`select distinct actor, correlation_id from journal`)
  expect(told).toEqual([{ actor: 'svc:demo', correlation_id: 'demo' }])
})
