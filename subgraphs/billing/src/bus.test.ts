// Billing and the event bus: what it does about completed payments, and what others learn from it.

import type { EventBus } from '@carriergraph/shared/bus/bus.ts'
import type { BusEvent } from '@carriergraph/shared/bus/event.ts'
import { openPostgresEventBus } from '@carriergraph/shared/bus/postgres/open.ts'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { newId, toUuid } from '@carriergraph/shared/ids.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import { createSubgraphService } from '@carriergraph/shared/service/subgraph-service.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { BillingAccount } from './db/billing-accounts.ts'
import { chargeUsage } from './db/charge-usage.ts'
import { saveTariff } from './db/tariffs.ts'
import { published } from './events.ts'
import { billing as definition } from './service.ts'
import { ADA, type BillingDatabase, BRUNO, BY, createBillingDatabase, NOW, usage } from './testing/billing-database.ts'
import { booksOf } from './testing/books.ts'

/** Far above what delivery takes, far below the test's own limit. */
const PATIENCE = { timeout: 20_000, interval: 20 }

const resources = new AsyncDisposableStack()
let billing: BillingDatabase
let bus: EventBus
let ada: BillingAccount

beforeAll(async () => {
  billing = resources.use(await createBillingDatabase())
  const busDatabase = resources.use(await createTestDatabase({ name: 'bus' }))
  const log = createLog({ service: 'billing', level: 'silent' })
  bus = await openPostgresEventBus({ url: busDatabase.url, applicationName: 'payments-test', log })
  resources.defer(() => bus.close())
  const settings = {
    PORT: 0,
    HOST: '127.0.0.1',
    DATABASE_URL: billing.url,
    EVENT_BUS_URL: busDatabase.url,
    SIGNING_KEYS: [{ kid: 'k1', secret: 'a secret of the test, long enough' }],
    JWKS_URL: 'http://127.0.0.1:9/nobody-answers',
    JWT_ISSUER: 'issuer',
    JWT_AUDIENCE: 'graph',
    LOG_LEVEL: 'silent',
  } as const
  const { server } = await createSubgraphService(definition, settings, resources, { clock: fixedClock(NOW), log })
  resources.defer(() => server.stop())
  await server.start()
  ada = await billing.open(ADA)
})
afterAll(() => resources.disposeAsync())

/** A payment of 25.00 EUR to ada's account was completed. */
function completed(data: Record<string, unknown> = {}): BusEvent {
  const paymentId = newId('pay')
  return {
    id: newId('evt'),
    source: 'payments',
    tenant: 'demo',
    aggregate: { type: 'payment', id: paymentId },
    version: 2,
    type: 'payment.completed',
    data: {
      paymentId,
      type: 'TOP_UP',
      payerId: ada.ownerId,
      sourceAccountId: newId('led'),
      billingAccountId: ada.id,
      amount: { amount: '25.00', currency: 'EUR' },
      status: 'COMPLETED',
      at: NOW.toISOString(),
      ...data,
    },
    actor: 'svc:payments',
    correlationId: 'correlation-1',
    causationId: null,
    occurredAt: NOW,
  }
}

const balance = async () => (await booksOf(billing.db, ADA)).balance

test('a completed top-up is credited once, however often its event comes and under whatever event id', async () => {
  const before = await balance()
  const event = completed()
  await bus.publish([event])
  await bus.publish([event])
  await bus.publish([{ ...event, id: newId('evt'), version: 3 }, completed()])
  await vi.waitFor(async () => expect(await balance()).toBe(before + 5_000n), PATIENCE)
  expect(await booksOf(billing.db, ADA)).toMatchObject({ isGapless: true, entrySum: before + 5_000n })
})

test('what cannot be credited does not hold up the others, and changes nothing', async () => {
  const before = await balance()
  await bus.publish([
    completed({ billingAccountId: newId('acc') }),
    completed({ amount: { amount: '25.00', currency: 'USD' } }),
    completed({ amount: { amount: '-25.00', currency: 'EUR' } }),
    completed({ amount: { amount: 25, currency: 'EUR' } }),
    completed({ paymentId: 'x' }),
    completed({ type: 'PAYOUT' }),
    completed({ amount: { amount: '0.01', currency: 'EUR' } }),
  ])
  await vi.waitFor(async () => expect(await balance()).toBe(before + 1n), PATIENCE)
})

test('a completed refund of a top-up is taken back once, and one of another payment is none of ours', async () => {
  const before = await balance()
  const refund = completed({ type: 'REFUND', amount: { amount: '7.00', currency: 'EUR' } })
  await bus.publish([refund, { ...refund, id: newId('evt'), version: 3 }])
  await bus.publish([completed({ type: 'REFUND', billingAccountId: null }), completed()])
  await vi.waitFor(async () => expect(await balance()).toBe(before + 1_800n), PATIENCE)
})

/** What waits to be tried again, or for an operator, of one event. */
const failures = async (event: BusEvent) => [
  ...(await billing.db.execute<{ last_error: string }>(
    sql`select last_error from failed_event where consumer = 'billing' and event_id = ${toUuid(event.id)}`,
  )),
]

test('an event that cannot be credited is kept with its reason, and one of another type is none of ours', async () => {
  const before = await balance()
  const [foreign, negative, payout] = [
    completed({ amount: { amount: '25.00', currency: 'USD' } }),
    completed({ amount: { amount: '-25.00', currency: 'EUR' } }),
    completed({ type: 'PAYOUT' }),
  ]
  await bus.publish([foreign, negative, payout, completed({ amount: { amount: '0.01', currency: 'EUR' } })])
  await vi.waitFor(async () => expect(await balance()).toBe(before + 1n), PATIENCE)
  expect(await failures(foreign)).toEqual([{ last_error: expect.stringContaining('is in USD, account') }])
  expect(await failures(negative)).toEqual([{ last_error: expect.stringContaining('must not be negative') }])
  expect(await failures(payout)).toEqual([])
})

test('money counts by the day on which it was paid, and is credited when it comes', async () => {
  const kuna = { ...billing.tariff, id: newId('trf'), name: 'Kuna', currency: 'HRK' } as const
  await saveTariff(billing.db, kuna, NOW)
  const msisdn = '4915550000009'
  const account = await billing.open(msisdn, { tariffId: kuna.id, currency: 'HRK' })
  const paid = completed({ billingAccountId: account.id, amount: { amount: '7.00', currency: 'HRK' } })
  await bus.publish([{ ...paid, occurredAt: new Date('2022-12-31T12:00:00.000Z') }])
  await vi.waitFor(async () => expect((await booksOf(billing.db, msisdn)).balance).toBe(1_700n), PATIENCE)
  const rows = await billing.db.execute(sql`
    select occurred_at, actor, causation_id from journal where type = 'account.credited' and aggregate_id = ${account.id}`)
  expect(rows).toEqual([{ occurred_at: '2026-11-21 12:00:00+00', actor: 'svc:billing', causation_id: paid.id }])
})

test('a payment of another tenant does not reach an account of this one', async () => {
  const before = await balance()
  await bus.publish([{ ...completed(), tenant: 'rival' }, completed({ amount: { amount: '0.01', currency: 'EUR' } })])
  await vi.waitFor(async () => expect(await balance()).toBe(before + 1n), PATIENCE)
})

test('openings, credits and alerts reach the bus in their order, with what others need to know', async () => {
  const risk = bus.subscribe({ consumer: 'listener', types: Object.keys(published) })
  const bruno = await billing.open(BRUNO)
  await bus.publish([completed({ billingAccountId: bruno.id, amount: { amount: '1.00', currency: 'EUR' } })])
  await vi.waitFor(async () => expect((await booksOf(billing.db, BRUNO)).balance).toBe(1_100n), PATIENCE)
  await chargeUsage(billing.db, [usage('falls', { msisdn: BRUNO, quantity: 60 * 65 })], BY)
  const seen: BusEvent[] = []
  await vi.waitFor(async () => {
    seen.push(...(await risk.fetch(10)).events.filter(({ data }) => data.accountId === bruno.id))
    await risk.acknowledge()
    expect(seen).toHaveLength(3)
  }, PATIENCE)
  expect(seen).toMatchObject([
    { type: 'account.opened', source: 'billing', tenant: 'demo', version: 1 },
    { type: 'account.credited', version: 2, correlationId: 'correlation-1', actor: 'svc:billing' },
    { type: 'balance_alert.raised', data: { kind: 'LOW_BALANCE', balance: { amount: '4.50', currency: 'EUR' } } },
  ])
  expect(seen[1]?.causationId).toMatch(/^evt_/)
  for (const { type, data } of seen)
    expect(
      Object.entries(published)
        .find(([name]) => name === type)?.[1]
        .safeParse(data).success,
    ).toBe(true)
})
