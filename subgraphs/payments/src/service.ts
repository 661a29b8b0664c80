import { fileURLToPath } from 'node:url'
import { ownership } from '@carriergraph/shared/authorize/ownership.ts'
import { Dispatcher } from '@carriergraph/shared/bus/dispatcher.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { perDatabase } from '@carriergraph/shared/db/per-database.ts'
import { databaseOf } from '@carriergraph/shared/db/pools.ts'
import { EntryTail } from '@carriergraph/shared/ledger/entry-tail.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { LedgerSealer } from '@carriergraph/shared/ledger/seal.ts'
import type { Service } from '@carriergraph/shared/lifecycle.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import {
  createSubgraphService,
  type ServiceOptions,
  type SubgraphDefinition,
  type Worker,
} from '@carriergraph/shared/service/subgraph-service.ts'
import type { Settings } from './config.ts'
import { CONSUMER, handlers } from './consume.ts'
import type { Context } from './context.ts'
import { MIGRATIONS_FOLDER } from './db/migrations.ts'
import { Finisher } from './flow/finisher.ts'
import { createHoldExpiry } from './flow/hold-expiry.ts'
import { createPaymentFlow } from './flow/payment-flow.ts'
import { createSweeper } from './flow/sweeper.ts'
import { createQuotePruning } from './fx/prune-quotes.ts'
import { type FxSettings, fxPrices } from './fx/settings.ts'
import { createLoaders } from './loaders.ts'
import { createPostingWorker } from './reconciliation/posting-worker.ts'
import { createDailyReconciliation } from './reconciliation/schedule.ts'
import { resolvers } from './resolvers/index.ts'
import { createRiskClient } from './risk/client.ts'
import { type KeySettings, keyProviderFrom } from './vault/keys/key-source.ts'
import { createCardVault } from './vault/vault.ts'
import { WEBHOOK_EVENT_TYPES } from './webhooks/event-types.ts'
import { webhookFanOut } from './webhooks/fan-out.ts'
import { dnsResolve } from './webhooks/guard/resolve.ts'
import { webhookTransport } from './webhooks/send/send.ts'
import { createWebhookSender } from './webhooks/sender.ts'
import { type WebhookSettings, webhookPolicy } from './webhooks/settings.ts'
import { createWebhooks } from './webhooks/webhooks.ts'

/** What payments need to know of risk. */
export type RiskSettings = Pick<Settings, 'RISK_URL' | 'RISK_DEADLINE_MS' | 'RISK_FALLBACK_LIMIT' | 'SIGNING_KEYS'>

/**
 * What makes payments out of the kit's parts: the payment flow with risk at its other end, the sweeper behind it, the card
 * vault, the webhooks, and the reconciliation of each day.
 * @throws ConfigError where the vault's keys are missing or at fault, or webhooks to this machine are allowed in production
 */
export function payments(
  settings: RiskSettings & KeySettings & WebhookSettings & FxSettings & Pick<Settings, 'RECONCILIATION_HOUR'>,
  { clock, log }: Required<ServiceOptions>,
): SubgraphDefinition<Context> {
  const risk = createRiskClient({
    url: settings.RISK_URL,
    deadline_ms: settings.RISK_DEADLINE_MS,
    keys: settings.SIGNING_KEYS,
    clock,
    log,
  })
  const ledgers = new Ledgers(clock)
  const flow = createPaymentFlow({
    risk,
    ledgers,
    clock,
    fallbackLimit: settings.RISK_FALLBACK_LIMIT,
  })
  const finisher = new Finisher({ flow, log })
  const entryTailOf = perDatabase((database) => new EntryTail({ database, log }))
  const keys = keyProviderFrom(settings)
  const vault = createCardVault({ keys, log })
  const prices = fxPrices(settings)
  const policy = webhookPolicy(settings)
  const resolve = dnsResolve()
  const webhooks = createWebhooks({ keys, policy, resolve, log })
  return {
    name: 'payments',
    sdlFolder: fileURLToPath(new URL('../../../schema/subgraphs/payments', import.meta.url)),
    migrationsFolder: MIGRATIONS_FOLDER,
    resolvers,
    policies: ownership({ User: 'id', Payment: 'payerId' }),
    context: (base) => ({
      ...base,
      flow,
      vault,
      webhooks,
      fxPrices: prices,
      ledgers,
      entryTail: entryTailOf(databaseOf(base.db)),
      loaders: createLoaders(base.db),
    }),
    consumers: () => [{ name: CONSUMER, handlers: handlers({ clock, finisher }) }],
    workers: ({ database, journal, registry }) => {
      const transport = webhookTransport({ policy, resolve })
      const sender = createWebhookSender({ database, keys, transport, clock, log, registry })
      const bus = webhookFanOut({ database, clock, log, onDeliveries: sender.wake })
      const types = WEBHOOK_EVENT_TYPES
      return [
        draining(ledgers),
        finisher,
        entryTailOf(database),
        new LedgerSealer({ database, log, clock }),
        createHoldExpiry({ database, ledgers, clock, log }),
        createSweeper({ database, flow, clock, log }),
        createDailyReconciliation({ database, clock, log, hour: settings.RECONCILIATION_HOUR }),
        createPostingWorker({ database, ledgers, clock, log }),
        createQuotePruning({ database, clock, log }),
        sender,
        new Dispatcher({ source: WEBHOOK_CURSOR, database, tail: journal, bus, types, log, clock }),
      ]
    },
  }
}

/** First of the workers, so that it stops last: when nobody posts any more, before the database is closed. */
const draining = (ledgers: Ledgers): Worker => ({ start() {}, stop: () => ledgers.drained() })

/** Under which name it is kept how far the journal has become deliveries; another one would begin anew. */
const WEBHOOK_CURSOR = 'payments webhooks'

/** The whole service. What it opens it registers in `resources`. */
export function createPaymentsService(
  settings: Settings,
  resources: AsyncDisposableStack,
  { clock = systemClock, log = createLog({ service: 'payments', level: settings.LOG_LEVEL }) }: ServiceOptions = {},
): Promise<Service> {
  return createSubgraphService(payments(settings, { clock, log }), settings, resources, { clock, log })
}
