import { countStatements } from '@carriergraph/shared/testing/statements.ts'
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
  usage,
} from '../testing/billing-database.ts'
import { countBlocks } from '../testing/blocks.ts'
import { booksOf, journalled } from '../testing/books.ts'
import { chargeUsage, USAGE_BATCH_MAX } from './charge-usage.ts'

let billing: BillingDatabase
beforeEach(async () => {
  billing = await createBillingDatabase()
})
afterEach(() => billing[Symbol.asyncDispose]())

const charge = (...batch: Parameters<typeof chargeUsage>[1]) => chargeUsage(billing.db, batch, BY)
const kinds = (results: Awaited<ReturnType<typeof chargeUsage>>) =>
  results.map((result) => (result.kind === 'refused' ? result.code : result.kind))

test('charges records in the order given and answers with what was stored', async () => {
  const ada = await billing.open(ADA)
  const results = await charge(usage('b', { quantity: 61 }), usage('a', { usageType: 'DATA', quantity: 3_000_000 }))
  expect(results).toMatchObject([
    { kind: 'charged', record: { recordId: 'b', chargeMinor: 20n, balanceAfterMinor: 980n, entrySequence: 2n } },
    // Three started megabytes at half a cent are 1.5 cents: 2, the even neighbour.
    { kind: 'charged', record: { recordId: 'a', chargeMinor: 2n, balanceAfterMinor: 978n, entrySequence: 3n } },
  ])
  const stored = await billing.db.execute(sql`
    select record_id, account_id::text, charge_minor, balance_after_minor, price_per_block::text, started_at
    from usage_record order by entry_sequence`)
  expect(stored).toMatchObject([
    { record_id: 'b', charge_minor: 20n, balance_after_minor: 980n, price_per_block: '0.10000000' },
    { record_id: 'a', charge_minor: 2n, balance_after_minor: 978n, price_per_block: '0.00500000' },
  ])
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 978n, entrySum: 978n, isGapless: true, entries: 3 })
  expect(results).toMatchObject([{ record: { accountId: ada.id } }, { record: { accountId: ada.id } }])
})

test('a record is charged once, whether it comes again alone, in another batch or twice in one', async () => {
  await billing.open(ADA)
  expect(kinds(await charge(usage('a'), usage('a')))).toEqual(['charged', 'duplicate'])
  expect(kinds(await charge(usage('a')))).toEqual(['duplicate'])
  expect(kinds(await charge(usage('b'), usage('a'), usage('c')))).toEqual(['charged', 'duplicate', 'charged'])
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 970n, records: 3, charged: 30n })
})

test('records at fault are refused one by one, the others are charged', async () => {
  await billing.open(ADA)
  await billing.open(BRUNO)
  await charge(usage('used'))
  const batch = [
    usage('a', { msisdn: '491111111' }),
    usage('used', { quantity: 1 }),
    usage('used', { msisdn: BRUNO }),
    usage('b', { usageType: 'SMS', quantity: 1 }),
    usage('c'),
  ]
  expect(kinds(await charge(...batch))).toEqual([
    'ACCOUNT_NOT_FOUND',
    'RECORD_ID_REUSED',
    'RECORD_ID_REUSED',
    'RATE_NOT_FOUND',
    'charged',
  ])
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 980n, records: 2 })
  expect(await booksOf(billing.db, BRUNO)).toMatchObject({ balance: 1_000n, records: 0 })
})

test('record ids with quotes, braces, backslashes and NULL in them are stored as they are', async () => {
  await billing.open(ADA)
  const ids = ['a"b', 'a,b', '{a}', 'a\\b', 'NULL', "a'b", ' ', 'é𝛼']
  expect(kinds(await charge(...ids.map((id) => usage(id))))).toEqual(ids.map(() => 'charged'))
  const stored = await billing.db.execute<{ record_id: string }>(sql`select record_id from usage_record`)
  expect(stored.map(({ record_id }) => record_id).toSorted()).toEqual(ids.toSorted())
})

test('alerts are stored and journalled with the entry that crossed the line, and charges are not', async () => {
  const ada = await billing.open(ADA)
  await charge(usage('a', { quantity: 60 * 50 }), usage('b'), usage('c'), usage('d', { quantity: 60 * 60 }), usage('e'))
  const alerts = await billing.db.execute(sql`
    select kind, entry_sequence, balance_minor, threshold_minor from balance_alert order by entry_sequence`)
  expect(alerts).toMatchObject([
    { kind: 'LOW_BALANCE', entry_sequence: 3n, balance_minor: 490n, threshold_minor: 500n },
    { kind: 'EXHAUSTED', entry_sequence: 5n, balance_minor: -120n, threshold_minor: 0n },
  ])
  const events = await journalled(billing.db, 'balance_alert.raised')
  expect(events.map(({ data }) => published['balance_alert.raised'].parse(data))).toMatchObject([
    { accountId: ada.id, ownerId: ownerOf(ADA), kind: 'LOW_BALANCE', balance: { amount: '4.90', currency: 'EUR' } },
    { kind: 'EXHAUSTED', balance: { amount: '-1.20' }, threshold: { amount: '0.00' } },
  ])
  const [count] = await billing.db.execute(sql`select count(*)::int as count from journal`)
  expect(count).toEqual({ count: 3 })
})

test('the number of statements is the same for one record and for a full batch of many accounts', async () => {
  const msisdns = Array.from({ length: 50 }, (_, at) => `4915550001${String(at).padStart(3, '0')}`)
  for (const msisdn of msisdns) await billing.open(msisdn)
  const one = await countStatements([billing.url], () => charge(usage('one', { msisdn: msisdns[0] ?? '' })))
  const batch = Array.from({ length: USAGE_BATCH_MAX }, (_, at) =>
    usage(`many-${at}`, { msisdn: msisdns[at % msisdns.length] ?? '' }),
  )
  expect(await countStatements([billing.url], () => charge(...batch))).toBe(one)
  expect(one).toBeLessThanOrEqual(8)
})

test('a batch without records costs no statement', async () => {
  expect(await countStatements([billing.url], () => charge())).toBe(0)
})

test('a batch costs no more when the account and the table have a history', async () => {
  await billing.open(ADA)
  const full = (round: number) =>
    Array.from({ length: USAGE_BATCH_MAX }, (_, at) => usage(`round-${round}-${at}`, { quantity: 0 }))
  const first = await countBlocks(billing.url, () => charge(...full(0)))
  for (let round = 1; round < 15; round += 1) await charge(...full(round))
  const last = await countBlocks(billing.url, () => charge(...full(15)))
  expect(last).toBeLessThan(first * 2)
})

test('a batch beyond the limit is a bug of the caller, and nothing is charged', async () => {
  await billing.open(ADA)
  const batch = Array.from({ length: USAGE_BATCH_MAX + 1 }, (_, at) => usage(String(at)))
  await expect(charge(...batch)).rejects.toThrow(RangeError)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ records: 0 })
})

test('one tenant neither charges nor meets the records of another', async () => {
  await billing.open(ADA)
  await charge(usage('a'))
  const other = billing.database.forTenant('other')
  expect(kinds(await chargeUsage(other, [usage('a'), usage('b')], BY))).toEqual([
    'ACCOUNT_NOT_FOUND',
    'ACCOUNT_NOT_FOUND',
  ])
  expect(await other.execute(sql`select from usage_record`)).toHaveLength(0)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ records: 1 })
})
