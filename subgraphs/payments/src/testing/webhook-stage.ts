import { Dispatcher } from '@carriergraph/shared/bus/dispatcher.ts'
import { type FixedClock, fixedClock } from '@carriergraph/shared/clock.ts'
import { type Database, openDatabase } from '@carriergraph/shared/db/pools.ts'
import { inTransaction } from '@carriergraph/shared/db/transaction.ts'
import { fromUuid, type Id, newId } from '@carriergraph/shared/ids.ts'
import { appendToJournal } from '@carriergraph/shared/journal/append.ts'
import type { Provenance } from '@carriergraph/shared/journal/provenance.ts'
import { readHorizon } from '@carriergraph/shared/journal/read.ts'
import { JournalTail } from '@carriergraph/shared/journal/tail.ts'
import type { Outcome } from '@carriergraph/shared/outcome.ts'
import { findWebhookDeliveries, type WebhookDelivery } from '../db/webhook-deliveries.ts'
import type { TenantVault } from '../vault/data-keys.ts'
import { newKeyRingText } from '../vault/keys/key-ring.ts'
import { keyProviderFrom } from '../vault/keys/key-source.ts'
import { createEndpoint, type EndpointToCreate, type EndpointWithSecret } from '../webhooks/endpoints.ts'
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../webhooks/event-types.ts'
import { webhookFanOut } from '../webhooks/fan-out.ts'
import { addressPolicy } from '../webhooks/guard/address-policy.ts'
import { type WebhookTransport, webhookTransport } from '../webhooks/send/send.ts'
import { type SenderOptions, WebhookSender } from '../webhooks/sender.ts'
import { createPaymentsTestDatabase, silent } from './payments-database.ts'
import { startReceiver, type WebhookReceiver } from './webhook-receiver.ts'

const NOW = new Date('2026-11-21T12:00:00.000Z')
const DAY_MS = 86_400_000
/** More than any delivery takes: a test that does not come to its end fails, and does not hang. */
const ROUNDS_MAX = 100

/** Lets deliveries go to this machine. */
export const LOOPBACK = addressPolicy({ allowsLoopback: true, ports: [443], refusedRanges: [] })

/** A database with webhooks, at a noon that a test moves, and all that moves them. */
export type WebhookStage = AsyncDisposable & {
  readonly url: string
  /** Somebody who is told; endpoints have its URL where a test says so. */
  readonly receiver: WebhookReceiver
  readonly keyText: string
  readonly database: Database
  readonly clock: FixedClock
  vault(tenant?: string): TenantVault
  provenance(): Provenance
  endpoint(url: string, options?: Partial<EndpointToCreate> & { readonly tenant?: string }): Promise<EndpointWithSecret>
  /** Something happens to a subject: `version` 1 unless it is said. */
  happen(
    subjectId: string,
    options?: { version?: number; type?: WebhookEventType; tenant?: string },
  ): Promise<Id<'evt'>>
  /** Makes deliveries of everything that has happened. */
  fanOut(): Promise<void>
  sender(options?: Pick<SenderOptions, 'registry'>): WebhookSender
  /** Sends until nothing is due, however often time has to move for it. */
  exhaust(): Promise<void>
  /** Makes deliveries of events, and forgets the old ones. */
  readonly bus: WebhookBus
  prune(): Promise<void>
  /** Oldest first. */
  deliveries(tenant?: string): Promise<WebhookDelivery[]>
  statuses(tenant?: string): Promise<WebhookDelivery['status'][]>
  /** The events whose type begins so, oldest first. */
  journal(prefix: string): Promise<{ type: string; data: Record<string, unknown> }[]>
}

type WebhookBus = ReturnType<typeof webhookFanOut>

export async function setWebhookStage(): Promise<WebhookStage> {
  const resources = new AsyncDisposableStack()
  const test = await createPaymentsTestDatabase()
  resources.defer(() => test.drop())
  const database = openDatabase({ url: test.url, applicationName: 'webhook-test', log: silent })
  resources.defer(() => database.close({ timeout_s: 1 }))
  const receiver = resources.use(await startReceiver())
  const clock = fixedClock(NOW)
  const keyText = newKeyRingText()
  const keys = keyProviderFrom({ VAULT_KEY: keyText })
  const tail = new JournalTail({ database, log: silent })
  const bus = webhookFanOut({ database, clock, log: silent, onDeliveries: () => undefined })
  const dispatcher = new Dispatcher({
    source: 'webhook-test',
    database,
    tail,
    bus,
    types: WEBHOOK_EVENT_TYPES,
    log: silent,
    clock,
  })
  resources.defer(() => dispatcher.stop())
  const vault = (tenant = 'demo'): TenantVault => ({ tenant, db: database.forTenant(tenant), keys })
  const provenance = () => ({ actor: newId('usr'), correlationId: 'correlation-1', now: clock() })
  const sender = (options: Pick<SenderOptions, 'registry'> = {}) => {
    const transport = transportToLoopback()
    return new WebhookSender({ database, keys, transport, clock, log: silent, random: () => 0.5, ...options })
  }
  const deliveries = async (tenant = 'demo') => {
    const rows = await database.sql.forTenant(tenant)<{ id: string }[]>`select id from webhook_delivery`
    const ids = rows.map(({ id }) => fromUuid('whd', id))
    const found = await findWebhookDeliveries(database.forTenant(tenant), ids)
    return found.toSorted((a, b) => Number(a.arrival - b.arrival))
  }
  const statuses = async (tenant?: string) => (await deliveries(tenant)).map(({ status }) => status)
  return {
    url: test.url,
    receiver,
    keyText,
    database,
    clock,
    vault,
    provenance,
    async endpoint(url, { tenant = 'demo', ...options } = {}) {
      const toCreate = { description: null, eventTypes: WEBHOOK_EVENT_TYPES, ...options, url: new URL(url) }
      return accepted(await createEndpoint(vault(tenant), toCreate, provenance()))
    },
    async happen(subjectId, { version = 1, type = 'payment.created', tenant = 'demo' } = {}) {
      const event = {
        aggregate: { type: 'payment', id: subjectId },
        version,
        type,
        data: { paymentId: subjectId, note: 'Zoë paid 12.50 €' },
        actor: 'svc:test',
        correlationId: 'correlation-1',
        occurredAt: clock(),
      }
      const [id] = await inTransaction(database.forTenant(tenant), (tx) => appendToJournal(tx, event))
      if (id === undefined) throw new Error('Nothing was appended.')
      return id
    },
    async fanOut() {
      // Other tests on the server may hold transactions open: until they end, nothing newer is settled.
      const [row] = await database.sql.system<
        { last: string }[]
      >`select coalesce(max(xid), '0'::xid8)::text as last from journal`
      const last = BigInt(row?.last ?? '0')
      while ((await readHorizon(database.system)).horizon <= last) await new Promise(setImmediate)
      await tail.runOnce()
      await tail.runOnce()
      while ((await dispatcher.runOnce()) === 'again');
    },
    sender,
    async exhaust() {
      const exhausting = sender()
      for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
        if ((await exhausting.runOnce()) > 0) continue
        if (!(await statuses()).includes('PENDING')) return
        clock.advance(DAY_MS)
      }
    },
    bus,
    prune: () => bus.prune(clock()),
    deliveries,
    statuses,
    async journal(prefix) {
      const rows = await database.sql.system<{ type: string; data: string }[]>`
        select type, data::text as data from journal where type like ${`${prefix}%`} order by xid, seq`
      return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) }))
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

export const transportToLoopback = (): WebhookTransport =>
  webhookTransport({ policy: LOOPBACK, resolve: async () => ['127.0.0.1'] })

const accepted = <T>(outcome: Outcome<T, string>): T => {
  if (outcome.ok) return outcome.value
  throw new Error(outcome.code)
}
