import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Usage } from '../domain/usage.ts'
import { ADA, type BillingDatabase, BRUNO, BY, createBillingDatabase, usage } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { type ChargeResult, chargeUsage } from './charge-usage.ts'

let billing: BillingDatabase
beforeEach(async () => {
  billing = await createBillingDatabase()
  await billing.open(ADA)
  await billing.open(BRUNO)
})
afterEach(() => billing[Symbol.asyncDispose]())

const charge = (batch: readonly Usage[]) => chargeUsage(billing.db, batch, BY)
const chargedIds = (results: readonly ChargeResult[]) =>
  results.flatMap((result) => (result.kind === 'charged' ? [result.usage.recordId] : []))

/** Calls of both numbers, a minute each, that are the same whenever they are made. */
const calls = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => usage(`call-${from + at}`, { msisdn: (from + at) % 2 ? ADA : BRUNO }))

/** What must hold when calls 0 to `count` are charged, each once. */
async function expectEachChargedOnce(count: number): Promise<void> {
  for (const [msisdn, share] of [
    [ADA, Math.floor(count / 2)],
    [BRUNO, Math.ceil(count / 2)],
  ] as const) {
    const balance = 1_000n - BigInt(share) * 10n
    expect(await booksOf(billing.db, msisdn)).toEqual({
      balance,
      entrySum: balance,
      entries: share + 1,
      isGapless: true,
      records: share,
      charged: BigInt(share) * 10n,
    })
  }
}

test('the same and overlapping batches at once charge each record exactly once', async () => {
  const batches = [calls(0, 60), calls(0, 60), calls(30, 90), calls(60, 120), calls(0, 120).reverse(), calls(90, 120)]
  const charged = (await Promise.all(batches.map(charge))).flatMap(chargedIds)
  expect(charged.toSorted()).toEqual(
    calls(0, 120)
      .map(({ recordId }) => recordId)
      .toSorted(),
  )
  await expectEachChargedOnce(120)
})

test('a transaction that fails in their middle leaves nothing, and its records are charged when they come again', async () => {
  await billing.db.execute(sql`
    create function refuse_call_45() returns trigger language plpgsql as $$
    begin
      if new.record_id = 'call-45' then raise exception 'call-45 fails'; end if;
      return new;
    end $$`)
  await billing.db.execute(sql`
    create trigger refuse_call_45 before insert on usage_record for each row execute function refuse_call_45()`)
  const batches = [calls(0, 20), calls(10, 30), calls(20, 50), calls(30, 45), calls(46, 60), calls(40, 60)]
  const outcomes = await Promise.allSettled(batches.map(charge))
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
  const ada = await booksOf(billing.db, ADA)
  expect(ada).toMatchObject({ balance: 1_000n - 10n * BigInt(ada.records), entrySum: ada.balance, isGapless: true })
  await billing.db.execute(sql`drop trigger refuse_call_45 on usage_record`)
  await Promise.all(batches.map(charge))
  await expectEachChargedOnce(60)
})

test('one record id for two numbers at once is charged to one, and refused to the other', async () => {
  for (let round = 0; round < 10; round += 1) {
    const ids = Array.from({ length: 5 }, (_, at) => `round-${round}-${at}`)
    const results = await Promise.all([
      charge(ids.map((id) => usage(id, { msisdn: ADA }))),
      charge(ids.toReversed().map((id) => usage(id, { msisdn: BRUNO }))),
    ])
    const outcomes = results.flat().map((result) => (result.kind === 'refused' ? result.code : result.kind))
    expect(outcomes.toSorted()).toEqual([...ids.map(() => 'RECORD_ID_REUSED'), ...ids.map(() => 'charged')])
  }
  const books = [await booksOf(billing.db, ADA), await booksOf(billing.db, BRUNO)]
  expect(books.map(({ records }) => records).reduce((sum, records) => sum + records)).toBe(50)
  for (const { balance, entrySum } of books) expect(balance).toBe(entrySum)
})

test('however a file is cut into batches, and in whatever order they come, the balances are the same', async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 39 }), { maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.boolean(), async (at, isReversed) => {
      await using fresh = await createBillingDatabase()
      await fresh.open(ADA)
      await fresh.open(BRUNO)
      const bounds = [0, ...at.toSorted((a, b) => a - b), 40]
      const batches = bounds.slice(1).map((end, index) => calls(bounds[index] ?? 0, end))
      await Promise.all((isReversed ? batches.toReversed() : batches).map((batch) => chargeUsage(fresh.db, batch, BY)))
      for (const msisdn of [ADA, BRUNO])
        expect(await booksOf(fresh.db, msisdn)).toMatchObject({ balance: 800n, entrySum: 800n, records: 20 })
    }),
    { numRuns: 8, seed: 2 },
  )
})
