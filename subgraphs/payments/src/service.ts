import { fileURLToPath } from 'node:url'
import { ownership } from '@carriergraph/shared/authorize/ownership.ts'
import { systemClock } from '@carriergraph/shared/clock.ts'
import { perDatabase } from '@carriergraph/shared/db/per-database.ts'
import { databaseOf } from '@carriergraph/shared/db/pools.ts'
import { EntryTail } from '@carriergraph/shared/ledger/entry-tail.ts'
import { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Service } from '@carriergraph/shared/lifecycle.ts'
import { createLog } from '@carriergraph/shared/log.ts'
import {
  createSubgraphService,
  type ServiceOptions,
  type SubgraphDefinition,
} from '@carriergraph/shared/service/subgraph-service.ts'
import type { Settings } from './config.ts'
import { CONSUMER, handlers } from './consume.ts'
import type { Context } from './context.ts'
import { MIGRATIONS_FOLDER } from './db/migrations.ts'
import { Finisher } from './flow/finisher.ts'
import { onPaymentNews } from './flow/over-rail.ts'
import { createPaymentFlow } from './flow/payment-flow.ts'
import { type FxSettings, fxPrices } from './fx/settings.ts'
import { createLoaders } from './loaders.ts'
import { Rails } from './rails/rails.ts'
import { type RailSettings, railsConfig } from './rails/settings.ts'
import type { RemittanceSettings } from './remittance/limits.ts'
import { createRemittances } from './remittance/remittances.ts'
import { resolvers } from './resolvers/index.ts'
import { createRiskClient } from './risk/client.ts'
import { type KeySettings, keyProviderFrom } from './vault/keys/key-source.ts'
import { createCardVault } from './vault/vault.ts'
import { dnsResolve } from './webhooks/guard/resolve.ts'
import { type WebhookSettings, webhookPolicy } from './webhooks/settings.ts'
import { createWebhooks } from './webhooks/webhooks.ts'
import { paymentWorkers } from './workers.ts'

/** What payments need to know of risk. */
export type RiskSettings = Pick<Settings, 'RISK_URL' | 'RISK_DEADLINE_MS' | 'RISK_FALLBACK_LIMIT' | 'SIGNING_KEYS'>

/**
 * What makes payments out of the kit's parts: the payment flow with risk at its other end and rails beside it, the card
 * vault, the webhooks, and what runs behind them (`workers.ts`).
 * @throws ConfigError where the vault's keys are missing or at fault, rails are, or webhooks to this machine are allowed in
 * production
 */
export function payments(
  settings: RiskSettings &
    KeySettings &
    WebhookSettings &
    FxSettings &
    RailSettings &
    RemittanceSettings &
    Pick<Settings, 'RECONCILIATION_HOUR'>,
  { clock, log }: Required<ServiceOptions>,
): SubgraphDefinition<Context> {
  const toRisk = {
    url: settings.RISK_URL,
    deadline_ms: settings.RISK_DEADLINE_MS,
    keys: settings.SIGNING_KEYS,
    clock,
    log,
  }
  const risk = createRiskClient(toRisk)
  const ledgers = new Ledgers(clock)
  const rails = new Rails({ config: railsConfig(settings), clock, log })
  const flow = createPaymentFlow({
    risk,
    rails,
    ledgers,
    clock,
    fallbackLimit: settings.RISK_FALLBACK_LIMIT,
  })
  const finisher = new Finisher({ flow, log })
  rails.news.register('pay', onPaymentNews({ clock, ledgers, soon: (books, id) => finisher.soon(books, id) }))
  const remittances = createRemittances({ toRisk, ledgers, rails, settings })
  const entryTailOf = perDatabase((database) => new EntryTail({ database, log }))
  const keys = keyProviderFrom(settings)
  const vault = createCardVault({ keys, log })
  const prices = fxPrices(settings)
  const policy = webhookPolicy(settings)
  const resolve = dnsResolve()
  const { RECONCILIATION_HOUR: hour } = settings
  const webhooks = createWebhooks({ keys, policy, resolve, log })
  return {
    name: 'payments',
    sdlFolder: fileURLToPath(new URL('../../../schema/subgraphs/payments', import.meta.url)),
    migrationsFolder: MIGRATIONS_FOLDER,
    resolvers,
    policies: ownership({ User: 'id', Payment: 'payerId', Remittance: 'senderId' }),
    context: (base) => ({
      ...base,
      flow,
      vault,
      webhooks,
      fxPrices: prices,
      remittances: remittances.flow,
      ledgers,
      bankTimeZone: rails.config.clearing.timeZone,
      entryTail: entryTailOf(databaseOf(base.db)),
      loaders: createLoaders(base.db),
    }),
    consumers: () => [{ name: CONSUMER, handlers: { ...handlers({ clock, finisher }), ...remittances.handlers } }],
    workers: (parts) =>
      paymentWorkers(
        { ...parts, clock, log },
        { ledgers, flow, finisher, remittances, rails, keys, policy, resolve, entryTailOf, hour },
      ),
  }
}

/** The whole service. What it opens it registers in `resources`. */
export function createPaymentsService(
  settings: Settings,
  resources: AsyncDisposableStack,
  { clock = systemClock, log = createLog({ service: 'payments', level: settings.LOG_LEVEL }) }: ServiceOptions = {},
): Promise<Service> {
  return createSubgraphService(payments(settings, { clock, log }), settings, resources, { clock, log })
}
