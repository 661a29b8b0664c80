import { newId } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { published } from '../events.ts'
import {
  ADA,
  type BillingDatabase,
  BRUNO,
  BY,
  createBillingDatabase,
  ownerOf,
  termsOf,
  usage,
} from '../testing/billing-database.ts'
import { booksOf, journalled } from '../testing/books.ts'
import { chargeUsage } from './charge-usage.ts'
import { openAccount } from './open-account.ts'
import { saveTariff } from './tariffs.ts'

let billing: BillingDatabase
beforeEach(async () => {
  billing = await createBillingDatabase()
})
afterEach(() => billing[Symbol.asyncDispose]())

const open = (msisdn: string, change: Parameters<typeof termsOf>[1] = {}) =>
  openAccount(billing.db, termsOf(msisdn, change), {}, BY)

test('an account begins with a balance of zero, its opening entry and an event', async () => {
  const opened = await open(ADA)
  if (!opened.ok) throw new Error(opened.message)
  expect(opened.value).toMatchObject({ msisdn: ADA, balanceMinor: 0n, entrySequence: 1n, ownerId: ownerOf(ADA) })
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 0n, entries: 1, isGapless: true })
  const events = await journalled(billing.db, 'account.opened')
  expect(events).toMatchObject([{ aggregate_id: opened.value.id, version: 1 }])
  expect(published['account.opened'].parse(events[0]?.data)).toEqual({
    accountId: opened.value.id,
    ownerId: ownerOf(ADA),
    currency: 'EUR',
    paymentMode: 'PREPAID',
    openedAt: BY.now.toISOString(),
  })
})

test('opening it again answers with the same account, whatever its balance is by then', async () => {
  const first = await open(ADA)
  await chargeUsage(billing.db, [usage('a')], BY)
  const again = await open(ADA)
  expect([first.ok && first.value.id, again.ok && again.value.balanceMinor]).toEqual([again.ok && again.value.id, -10n])
  expect(await journalled(billing.db, 'account.opened')).toHaveLength(1)
})

test('other particulars for the same number are MSISDN_TAKEN', async () => {
  await open(ADA)
  expect(await open(ADA, { ownerId: ownerOf(BRUNO) })).toMatchObject({ code: 'MSISDN_TAKEN', field: ['msisdn'] })
  expect(await open(ADA, { lowBalanceThresholdMinor: 1n })).toMatchObject({ ok: false, code: 'MSISDN_TAKEN' })
  expect(await open(BRUNO)).toMatchObject({ ok: true })
})

test('an id that another account has is a bug of the caller, not a number that is taken', async () => {
  const first = await billing.open(ADA)
  await expect(openAccount(billing.db, termsOf(BRUNO, {}), { id: first.id }, BY)).rejects.toThrow(
    `The id ${first.id} belongs to the account of another number.`,
  )
})

test('nor do two at once fail that were given the same id', async () => {
  for (let number = 0; number < 50; number += 1) {
    const [terms, id] = [termsOf(String(4915551000000 + number), {}), newId('acc')]
    const openings = await Promise.all(Array.from({ length: 4 }, () => openAccount(billing.db, terms, { id }, BY)))
    expect(openings.map((opening) => opening.ok && opening.value.id)).toEqual([id, id, id, id])
  }
})

test('of ten openings at once one opens and all answer with the same account', async () => {
  const openings = await Promise.all(Array.from({ length: 10 }, () => open(ADA)))
  expect(new Set(openings.map((opening) => opening.ok && opening.value.id)).size).toBe(1)
  expect(await journalled(billing.db, 'account.opened')).toHaveLength(1)
  const [count] = await billing.db.execute(sql`select count(*)::int as count from balance_entry`)
  expect(count).toEqual({ count: 1 })
})

test('another tenant may have the same number, and sees only its own', async () => {
  await open(ADA)
  const other = billing.database.forTenant('other')
  await saveTariff(other, billing.tariff, BY.now)
  const opened = await openAccount(other, termsOf(ADA, { lowBalanceThresholdMinor: 7n }), {}, BY)
  expect(opened).toMatchObject({ ok: true, value: { msisdn: ADA, lowBalanceThresholdMinor: 7n } })
  expect(await other.execute(sql`select from billing_account`)).toHaveLength(1)
})
