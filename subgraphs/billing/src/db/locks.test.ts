// What waits for what: each test holds a row itself, so that nothing depends on who is faster.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { lined, waitersOf } from '@carriergraph/shared/testing/lined.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { decideCharges } from '../domain/charging.ts'
import { ADA, type BillingDatabase, BRUNO, BY, createBillingDatabase, NOW, usage } from '../testing/billing-database.ts'
import { booksOf } from '../testing/books.ts'
import { chargeUsage } from './charge-usage.ts'
import { lockChargingFacts } from './charging-facts.ts'
import { enterPayments } from './enter-payments.ts'
import { usageRecordOf } from './usage-records.ts'
import { writeCharges } from './write-charges.ts'

let billing: BillingDatabase
beforeEach(async () => {
  billing = await createBillingDatabase()
})
afterEach(() => billing[Symbol.asyncDispose]())

const accountRow = (id: Id<'acc'>) => sql`select 1 from billing_account where id = ${toUuid(id)}`
const topUpOf = (accountId: Id<'acc'>, paymentId = newId('pay')) =>
  ({ kind: 'TOP_UP', accountId, paymentId, amount: { minor: 100n, currency: 'EUR' }, by: BY }) as const
const credit = (...topUp: Parameters<typeof topUpOf>) =>
  inTransaction(billing.db, (tx) => enterPayments(tx, [topUpOf(...topUp)], NOW))

test('three batches in line for an account each continue the balance that the one before left', async () => {
  const { id } = await billing.open(ADA)
  const results = await lined(billing.database, accountRow(id), () =>
    ['a', 'b', 'a'].map((recordId) => chargeUsage(billing.db, [usage(recordId)], BY)),
  )
  expect(
    results
      .flat()
      .map(({ kind }) => kind)
      .toSorted(),
  ).toEqual(['charged', 'charged', 'duplicate'])
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 980n, entrySum: 980n, entries: 3, isGapless: true })
})

test('three top-ups in line for an account, two of one payment, credit two payments', async () => {
  const { id } = await billing.open(ADA)
  const twice = newId('pay')
  await lined(billing.database, accountRow(id), () => [credit(id, twice), credit(id), credit(id, twice)])
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 1_200n, entries: 3, isGapless: true })
})

test('a batch locks accounts in the order of ids: while it waits for the lower one, the higher one is free', async () => {
  const [low, high] = [await billing.open(ADA, {}, { id: newId('acc') }), await billing.open(BRUNO)]
  expect(low.id < high.id).toBe(true)
  const { results } = await billing.db.transaction(async (tx) => {
    await tx.execute(sql`${accountRow(low.id)} for no key update`)
    const waiting = chargeUsage(billing.db, [usage('b', { msisdn: BRUNO }), usage('a')], BY)
    await waitersOf(billing.database, 1)
    await tx.execute(sql`${accountRow(high.id)} for no key update nowait`)
    return { results: waiting }
  })
  expect((await results).map(({ kind }) => kind)).toEqual(['charged', 'charged'])
})

test('payments lock accounts in the order of ids, whatever theirs is', async () => {
  const [low, high] = [await billing.open(ADA, {}, { id: newId('acc') }), await billing.open(BRUNO)]
  expect(low.id < high.id).toBe(true)
  const { entered } = await billing.db.transaction(async (tx) => {
    await tx.execute(sql`${accountRow(low.id)} for no key update`)
    const waiting = inTransaction(billing.db, (other) => enterPayments(other, [topUpOf(high.id), topUpOf(low.id)], NOW))
    await waitersOf(billing.database, 1)
    await tx.execute(sql`${accountRow(high.id)} for no key update nowait`)
    return { entered: waiting }
  })
  await entered
  expect(await booksOf(billing.db, BRUNO)).toMatchObject({ balance: 1_100n, isGapless: true })
})

test.each<[string, (id: Id<'acc'>) => Promise<unknown>]>([
  ['a batch', () => chargeUsage(billing.db, [usage('a')], BY)],
  ['a top-up', (id) => credit(id)],
])('%s does not wait for who only refers to the account', async (_, act) => {
  const { id } = await billing.open(ADA)
  const first = await billing.db.transaction(async (tx) => {
    // What a foreign key to the account holds.
    await tx.execute(sql`${accountRow(id)} for key share`)
    const done = act(id).then(() => 'done')
    const waited = waitersOf(billing.database, 1).then(
      () => 'waited',
      () => 'done',
    )
    return Promise.race([done, waited])
  })
  expect(first).toBe('done')
})

test('a batch stores its records in the order of their ids: while it waits for one, the later ones are free', async () => {
  await billing.open(ADA)
  await billing.open(BRUNO)
  const { results } = await inTransaction(billing.db, async (tx) => {
    const write = async (recordId: string) => {
      const batch = [usage(recordId)]
      const charges = decideCharges(batch, await lockChargingFacts(tx, batch)).filter(({ kind }) => kind === 'charge')
      await writeCharges(
        tx,
        charges.flatMap((charge) => (charge.kind === 'charge' ? [usageRecordOf(charge, NOW)] : [])),
      )
    }
    await write('a')
    const waiting = chargeUsage(
      billing.db,
      ['b', 'a'].map((id) => usage(id, { msisdn: BRUNO })),
      BY,
    )
    await waitersOf(billing.database, 1)
    // Shorter than the server takes to look for a deadlock, which it would solve to the cost of either.
    await tx.execute(sql`set local lock_timeout = '500ms'`)
    await write('b')
    return { results: waiting }
  })
  expect((await results).map((result) => (result.kind === 'refused' ? result.code : result.kind))).toEqual([
    'RECORD_ID_REUSED',
    'RECORD_ID_REUSED',
  ])
})

test('a batch that meets its record ids again and again gives up after five attempts', async () => {
  await billing.open(ADA)
  await billing.db.execute(sql`create sequence attempts`)
  await billing.db.execute(sql`
    create function refuse_every_record() returns trigger language plpgsql as $$
    begin
      perform nextval('attempts');
      raise unique_violation using constraint = 'usage_record_record_id_unique';
    end $$`)
  await billing.db.execute(sql`
    create trigger refuse_every_record before insert on usage_record
    for each row execute function refuse_every_record()`)
  await expect(chargeUsage(billing.db, [usage('a')], BY)).rejects.toThrow()
  const [row] = await billing.db.execute<{ last_value: unknown }>(sql`select last_value from attempts`)
  expect(String(row?.last_value)).toBe('5')
  expect(await booksOf(billing.db, ADA)).toMatchObject({ balance: 1_000n, records: 0 })
})
