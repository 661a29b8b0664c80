// Payments and the event bus: what they learn from billing, and what billing learns from them.

import type { EventBus } from '@carriergraph/shared/bus/bus.ts'
import type { BusEvent } from '@carriergraph/shared/bus/event.ts'
import { openPostgresEventBus } from '@carriergraph/shared/bus/postgres/open.ts'
import { fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { type Id, newId, toUuid } from '@carriergraph/shared/ids.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { Decimal } from '@carriergraph/shared/money/decimal.ts'
import { createTestDatabase } from '@carriergraph/shared/testing/database.ts'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Settings } from './config.ts'
import { billingAccountRef } from './db/tables/billing-account-ref.ts'
import { published } from './events.ts'
import { createPaymentFlow } from './flow/payment-flow.ts'
import { createRiskClient } from './risk/client.ts'
import { createPaymentsService } from './service.ts'
import { requestOf } from './testing/flow-stage.ts'
import { createPaymentsTestDatabase, givenPurse, silent } from './testing/payments-database.ts'
import { type RiskServer, startRiskServer } from './testing/risk-server.ts'
import { newKeyRingText } from './vault/keys/key-ring.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const clock = fixedClock(NOW)
const keys = [{ kid: 'k1', secret: 'a secret of the test, long enough' }] as const
/** Far above what delivery takes, far below the test's own limit. */
const PATIENCE = { timeout: 20_000, interval: 20 }

const resources = new AsyncDisposableStack()
let bus: EventBus
let database: Database
let risk: RiskServer
let settings: Settings

beforeAll(async () => {
  const own = resources.use(await createPaymentsTestDatabase())
  const busDatabase = resources.use(await createTestDatabase({ name: 'bus' }))
  risk = resources.use(await startRiskServer({ keys, clock }))
  settings = {
    PORT: 0,
    HOST: '127.0.0.1',
    DATABASE_URL: own.url,
    EVENT_BUS_URL: busDatabase.url,
    SIGNING_KEYS: keys,
    JWKS_URL: 'http://127.0.0.1:9/nobody-answers',
    JWT_ISSUER: 'issuer',
    JWT_AUDIENCE: 'graph',
    LOG_LEVEL: 'silent',
    RISK_URL: risk.url,
    RISK_DEADLINE_MS: 10_000,
    RISK_FALLBACK_LIMIT: new Decimal('50.00'),
    VAULT_KEY: newKeyRingText(),
    WEBHOOK_PORTS: [443],
    WEBHOOK_LOOPBACK: false,
    FX_SPREAD_BPS: 50,
    FX_FEE_BPS: 20,
    FX_FEE_FIXED_EUR: new Decimal(1),
    RECONCILIATION_HOUR: 6,
  }
  database = openDatabase({ url: own.url, applicationName: 'payments-test', log: silent })
  resources.defer(() => database.close({ timeout_s: 1 }))
  bus = await openPostgresEventBus({ url: busDatabase.url, applicationName: 'billing-test', log: silent })
  resources.defer(() => bus.close())
  const { server } = await createPaymentsService(settings, resources, { clock, log: silent })
  resources.defer(() => server.stop())
  await server.start()
})
afterAll(() => resources.disposeAsync())

const accountOpened = (accountId: Id<'acc'>, data: Record<string, unknown> = {}): BusEvent => ({
  id: newId('evt'),
  source: 'billing',
  tenant: 'demo',
  aggregate: { type: 'account', id: accountId },
  version: 1,
  type: 'account.opened',
  data: {
    accountId,
    ownerId: newId('usr'),
    currency: 'EUR',
    paymentMode: 'PREPAID',
    openedAt: NOW.toISOString(),
    ...data,
  },
  actor: 'svc:billing',
  correlationId: 'correlation-1',
  causationId: null,
  occurredAt: NOW,
})

const known = (id: Id<'acc'>, tenant = 'demo') =>
  database.forTenant(tenant).select().from(billingAccountRef).where(eq(billingAccountRef.id, id))

test('a billing account is known by its event, in its tenant alone, however often the event comes', async () => {
  const id = newId('acc')
  const event = accountOpened(id)
  await bus.publish([event])
  await bus.publish([{ ...event, id: newId('evt') }])
  await vi.waitFor(async () => expect(await known(id)).toMatchObject([{ currency: 'EUR', openedAt: NOW }]), PATIENCE)
  expect(await known(id, 'rival')).toEqual([])
  // And no repetition waits to be tried again: what is published last is handled last.
  const last = newId('acc')
  await bus.publish([{ ...event, id: newId('evt') }, accountOpened(last)])
  await vi.waitFor(async () => expect(await known(last)).toHaveLength(1), PATIENCE)
  expect(await database.sql.system`select from failed_event where aggregate_id = ${id}`).toHaveLength(0)
})

test('an event that cannot be read does not hold up the others', async () => {
  const [broken, sound] = [newId('acc'), newId('acc')]
  await bus.publish([accountOpened(broken, { currency: 'HRK' }), accountOpened(sound)])
  await vi.waitFor(async () => expect(await known(sound)).toHaveLength(1), PATIENCE)
  expect(await known(broken)).toEqual([])
  // Kept, to be tried again and at last parked for an operator.
  const failed = await database.sql
    .system`select consumer, attempts, last_error from failed_event where aggregate_id = ${broken}`
  expect([...failed]).toMatchObject([
    { consumer: 'payments', last_error: expect.stringContaining('(HRK) was withdrawn') },
  ])
})

test('the currency of an account counts by the day of its event, and its opening by what the event says', async () => {
  const id = newId('acc')
  const openedAt = '2022-12-30T08:00:00.000Z'
  await bus.publish([
    { ...accountOpened(id, { currency: 'HRK', openedAt }), occurredAt: new Date('2022-12-31T12:00:00.000Z') },
  ])
  await vi.waitFor(
    async () => expect(await known(id)).toMatchObject([{ currency: 'HRK', openedAt: new Date(openedAt) }]),
    PATIENCE,
  )
})

test('a completed payment reaches the bus once, with what billing needs to know', async () => {
  const billing = bus.subscribe({ consumer: 'billing', types: ['payment.completed'] })
  const purse = await givenPurse(database, { tenant: 'demo', minor: 5_000n, now: NOW })
  const client = createRiskClient({ url: risk.url, deadline_ms: 10_000, keys, clock, log: silent })
  const flow = createPaymentFlow({
    risk: client,
    ledgers: new Ledgers(clock),
    clock,
    fallbackLimit: new Decimal('50.00'),
  })
  const scope = { tenant: 'demo', db: database.forTenant('demo') }
  const answers = await Promise.all([
    flow.create(scope, requestOf(purse, 'k', 1_250n)),
    flow.create(scope, requestOf(purse, 'k', 1_250n)),
  ])
  const seen: BusEvent[] = []
  await vi.waitFor(async () => {
    seen.push(...(await billing.fetch(10)).events)
    await billing.acknowledge()
    expect(seen.length).toBeGreaterThan(0)
  }, PATIENCE)
  const [event] = seen
  expect(seen).toHaveLength(1)
  expect(event).toMatchObject({ source: 'payments', tenant: 'demo', version: 3, correlationId: 'correlation-1' })
  expect(published['payment.completed'].parse(event?.data)).toMatchObject({
    paymentId: answers[0]?.ok ? answers[0].value.id : '',
    type: 'TOP_UP',
    billingAccountId: purse.billingAccountId,
    amount: { amount: '12.50', currency: 'EUR' },
    status: 'COMPLETED',
  })
})

test('payments that a dead process left unfinished are finished by the running service', async () => {
  const purse = await givenPurse(database, { tenant: 'demo', minor: 5_000n, now: NOW })
  const scope = { tenant: 'demo', db: database.forTenant('demo') }
  const dying = { assess: () => Promise.reject(new Error('died')) }
  const earlier = () => new Date(NOW.getTime() - 60_000)
  const flow = createPaymentFlow({
    risk: dying,
    ledgers: new Ledgers(clock),
    clock: earlier,
    fallbackLimit: new Decimal(0),
  })
  await flow.create(scope, requestOf(purse, 'left')).catch(() => undefined)
  await using another = new AsyncDisposableStack()
  // The sweeper begins with a sweep when its service starts.
  const { server } = await createPaymentsService(settings, another, { clock, log: silent })
  another.defer(() => server.stop())
  await server.start()
  const status = async () => {
    const [row] = await database.sql.system`select status from payment where payer_id = ${toUuid(purse.userId)}`
    return row?.status
  }
  await vi.waitFor(async () => expect(await status()).toBe('COMPLETED'), PATIENCE)
})
