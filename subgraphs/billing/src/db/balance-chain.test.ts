import { postgresErrorBehind } from '@carriergraph/shared/db/sql-error.ts'
import { toUuid } from '@carriergraph/shared/ids.ts'
import { type SQL, sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADA, type BillingDatabase, BY, createBillingDatabase, usage } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { chargeUsage } from './charge-usage.ts'

// What the database refuses by itself, whoever writes to it. The account has the entries OPENING 10.00 and USAGE -0.10.
let billing: BillingDatabase
let account: SQL
beforeAll(async () => {
  billing = await createBillingDatabase()
  account = sql`${toUuid((await billing.open(ADA)).id)}::uuid`
  await chargeUsage(billing.db, [usage('a')], BY)
})
afterAll(() => billing[Symbol.asyncDispose]())

async function refusalOf(statement: SQL): Promise<string | undefined> {
  try {
    await billing.db.execute(statement)
    return undefined
  } catch (error) {
    return postgresErrorBehind(error)?.message
  }
}

const entry = (sequence: number, amount: number, after: number, kind = 'USAGE') => sql`
  insert into balance_entry (account_id, sequence, kind, amount_minor, balance_after_minor, reference, recorded_at)
  values (${account}, ${sequence}, ${kind}, ${amount}, ${after}, 'x', now())`

test.each<[string, () => SQL, RegExp]>([
  ['changing an entry', () => sql`update balance_entry set amount_minor = 0`, /append-only: update/],
  ['removing an entry', () => sql`delete from balance_entry`, /append-only: delete/],
  ['emptying the entries', () => sql`truncate balance_entry cascade`, /append-only: truncate/],
  ['changing a usage record', () => sql`update usage_record set charge_minor = 0`, /append-only: update/],
  ['removing a usage record', () => sql`delete from usage_record`, /append-only: delete/],
  ['emptying the usage records', () => sql`truncate usage_record cascade`, /append-only: truncate/],
  ['emptying the alerts', () => sql`truncate balance_alert`, /append-only: truncate/],
  ['changing an alert', () => sql`update balance_alert set balance_minor = 0`, /append-only: update/],
  ['a credit that takes money', () => entry(3, -1, 989, 'TOP_UP'), /balance_entry_sign/],
  ['removing an alert', () => sql`delete from balance_alert`, /append-only: delete/],
  ['a second entry of one number', () => entry(2, -1, 989), /duplicate key/],
  ['a gap between entries', () => entry(4, -1, 989), /does not continue/],
  ['an entry that does not add up', () => entry(3, -1, 990), /does not continue/],
  ['a charge that adds money', () => entry(3, 1, 991), /balance_entry_sign/],
  ['a second opening', () => entry(3, 0, 990, 'OPENING'), /balance_entry_opening_first/],
  ['a balance without an entry', () => sql`update billing_account set balance_minor = 0`, /not that of its last entry/],
  ['an entry sequence without an entry', () => sql`update billing_account set entry_sequence = 3`, /its last entry/],
  [
    'an account without an opening',
    () => sql`
      insert into billing_account
      select tenant_id, gen_random_uuid(), owner_id, '491234567', payment_mode, tariff_id, currency, credit_limit_minor,
        low_balance_threshold_minor, 0, 1, 1, now() from billing_account`,
    /has no opening entry/,
  ],
  ['credit for a prepaid account', () => sql`update billing_account set credit_limit_minor = 1`, /credit_limit/],
])('the database refuses %s', async (_, statement, message) => {
  expect(await refusalOf(statement())).toMatch(message)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 990n, entrySum: 990n, entries: 2, records: 1 })
})

test('the database refuses an account that begins with another balance than its opening entry', async () => {
  const open = (opening: bigint) =>
    billing.db.transaction(async (tx) => {
      await tx.execute(sql`
        insert into billing_account
        select tenant_id, '01890000-0000-7000-8000-000000000001', owner_id, '491234567', payment_mode, tariff_id, currency,
          credit_limit_minor, low_balance_threshold_minor, 5, 1, 1, now() from billing_account`)
      await tx.execute(sql`
        insert into balance_entry
          (account_id, sequence, kind, amount_minor, balance_after_minor, reference, recorded_at)
        values ('01890000-0000-7000-8000-000000000001', 1, 'OPENING', ${opening}, 6, 'x', now())`)
    })
  await expect(open(6n)).rejects.toThrow(/has no opening entry/)
  await expect(open(5n)).rejects.toMatchObject({ cause: { message: expect.stringMatching(/does not continue/) } })
})

test('the database refuses a usage record whose id is empty or too long', async () => {
  const record = (id: string) => sql`
    insert into usage_record
    select tenant_id, gen_random_uuid(), ${id}, account_id, 1, usage_type, quantity, started_at, tariff_id, block_size,
      price_per_block, currency, charge_minor, balance_after_minor, charged_at from usage_record`
  expect(await refusalOf(record(''))).toMatch(/usage_record_record_id/)
  expect(await refusalOf(record('x'.repeat(129)))).toMatch(/usage_record_record_id/)
})

test('an entry that the account row does not follow is refused at the next change of the account', async () => {
  const write = billing.db.transaction(async (tx) => {
    await tx.execute(entry(3, -1, 989))
    await tx.execute(sql`update billing_account set version = version + 1`)
  })
  await expect(write).rejects.toMatchObject({ cause: { message: expect.stringMatching(/not that of its last entry/) } })
})
