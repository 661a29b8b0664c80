// Who, when, in which request and because of what: what entries, alerts and the journal say about it.

import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { published } from '../events.ts'
import {
  ADA,
  type BillingDatabase,
  createBillingDatabase,
  ownerOf,
  termsOf,
  usage,
} from '../testing/billing-database.ts'
import { chargeUsage } from './charge-usage.ts'
import { enterPayments } from './enter-payments.ts'
import { openAccount } from './open-account.ts'

let billing: BillingDatabase
beforeEach(async () => {
  billing = await createBillingDatabase()
})
afterEach(() => billing[Symbol.asyncDispose]())

const AT = '2026-11-21T13:14:15.016Z'
/** The same as PostgreSQL writes it. */
const STORED = '2026-11-21 13:14:15.016+00'
const cause = newId('evt')
const BY = { actor: 'usr_somebody', correlationId: 'correlation-7', causationId: cause, now: new Date(AT) }
const WRITTEN = { actor: 'usr_somebody', correlation_id: 'correlation-7', causation_id: cause, occurred_at: STORED }

async function openAda() {
  const opened = await openAccount(billing.db, termsOf(ADA, {}), { balanceMinor: 1_000n }, BY)
  if (!opened.ok) throw new Error(opened.message)
  return opened.value
}

const journal = (type: string) =>
  billing.db.execute<{ data: unknown }>(sql`
    select aggregate_type, aggregate_id, version, data, actor, correlation_id, causation_id, occurred_at
    from journal where type = ${type} order by xid, seq`)

const lastEntry = async () => {
  const [entry] = await billing.db.execute(sql`
    select kind, amount_minor, reference, recorded_at from balance_entry order by sequence desc limit 1`)
  return entry
}

test('an opening', async () => {
  const { id, createdAt } = await openAda()
  expect(createdAt).toEqual(new Date(AT))
  const data = { accountId: id, ownerId: ownerOf(ADA), currency: 'EUR', paymentMode: 'PREPAID', openedAt: AT }
  expect(await journal('account.opened')).toEqual([
    { aggregate_type: 'account', aggregate_id: id, version: 1, data, ...WRITTEN },
  ])
  expect(await lastEntry()).toEqual({ kind: 'OPENING', amount_minor: 1_000n, reference: id, recorded_at: STORED })
})

test('a top-up', async () => {
  const { id } = await openAda()
  const paymentId = newId('pay')
  const { now, ...by } = BY
  const topUp = { kind: 'TOP_UP', paymentId, accountId: id, amount: { minor: 250n, currency: 'EUR' }, by } as const
  await inTransaction(billing.db, (tx) => enterPayments(tx, [topUp], now))
  const [event] = await journal('account.credited')
  expect(event).toMatchObject({ aggregate_type: 'account', aggregate_id: id, version: 2, ...WRITTEN })
  expect(published['account.credited'].parse(event?.data)).toMatchObject({ accountId: id, paymentId })
  expect(await lastEntry()).toEqual({ kind: 'TOP_UP', amount_minor: 250n, reference: paymentId, recorded_at: STORED })
})

test('a charge that raises both alerts, with the rate that it was charged by', async () => {
  const { id, tariffId } = await openAda()
  const [result] = await chargeUsage(billing.db, [usage('a', { quantity: 60 * 100 })], BY)
  if (result?.kind !== 'charged') throw new Error(result?.kind)
  expect(await lastEntry()).toEqual({
    kind: 'USAGE',
    amount_minor: -1_000n,
    reference: result.record.id,
    recorded_at: STORED,
  })
  const records = await billing.db.execute(sql`
    select id::text, tariff_id::text, block_size::int, price_per_block::text, charged_at from usage_record`)
  expect(records).toEqual([
    {
      id: toUuid(result.record.id),
      tariff_id: toUuid(tariffId),
      block_size: 60,
      price_per_block: '0.10000000',
      charged_at: STORED,
    },
  ])
  const events = await journal('balance_alert.raised')
  const told = events.map(({ data }) => published['balance_alert.raised'].parse(data))
  expect(told).toMatchObject([
    { accountId: id, ownerId: ownerOf(ADA), kind: 'LOW_BALANCE', raisedAt: AT, threshold: { amount: '5.00' } },
    { accountId: id, ownerId: ownerOf(ADA), kind: 'EXHAUSTED', raisedAt: AT, threshold: { amount: '0.00' } },
  ])
  expect(events).toMatchObject(
    told.map(({ alertId }) => ({ aggregate_type: 'balance_alert', aggregate_id: alertId, version: 1, ...WRITTEN })),
  )
  expect(await billing.db.execute(sql`select id::text, raised_at from balance_alert order by id`)).toEqual(
    told.map(({ alertId }) => ({ id: toUuid(alertId), raised_at: STORED })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
})

test('a batch may raise more alerts than the journal takes in one statement', async () => {
  const msisdns = Array.from({ length: 501 }, (_, at) => `4915551${String(at).padStart(6, '0')}`)
  for (let at = 0; at < msisdns.length; at += 50)
    await Promise.all(msisdns.slice(at, at + 50).map((msisdn) => billing.open(msisdn)))
  const batch = msisdns.map((msisdn) => usage(msisdn, { msisdn, quantity: 60 * 100 }))
  await chargeUsage(billing.db, batch, BY)
  expect(await journal('balance_alert.raised')).toHaveLength(1_002)
  expect(await billing.db.execute(sql`select from balance_alert`)).toHaveLength(1_002)
})
