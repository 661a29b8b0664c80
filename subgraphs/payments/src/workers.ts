import { Dispatcher } from '@carriergraph/shared/bus/dispatcher.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { EntryTail } from '@carriergraph/shared/ledger/entry-tail.ts'
import { createHoldExpiry } from '@carriergraph/shared/ledger/hold-expiry.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import { LedgerSealer } from '@carriergraph/shared/ledger/seal.ts'
import type { ServiceParts, Worker } from '@carriergraph/shared/service/subgraph-service.ts'
import type { Finisher } from './flow/finisher.ts'
import type { PaymentFlow } from './flow/payment-flow.ts'
import { createSweeper } from './flow/sweeper.ts'
import { createQuotePruning } from './fx/prune-quotes.ts'
import { RailWorker } from './rails/rail-worker.ts'
import type { Rails } from './rails/rails.ts'
import { createPostingWorker } from './reconciliation/posting-worker.ts'
import { createDailyReconciliation } from './reconciliation/schedule.ts'
import type { Remittances } from './remittance/remittances.ts'
import { createSettlementWorker } from './settlement/settlement-worker.ts'
import { createKeyCheck } from './vault/key-check.ts'
import type { KeyProvider } from './vault/keys/key-provider.ts'
import { WEBHOOK_EVENT_TYPES } from './webhooks/event-types.ts'
import { webhookFanOut } from './webhooks/fan-out.ts'
import type { AddressPolicy } from './webhooks/guard/address-policy.ts'
import type { Resolve } from './webhooks/guard/resolve.ts'
import { webhookTransport } from './webhooks/send/send.ts'
import { WebhookSender } from './webhooks/sender.ts'

/** What payments' background work is made of, beside what the kit gives. */
export type WorkerParts = {
  readonly ledgers: Ledgers
  readonly flow: PaymentFlow
  readonly finisher: Finisher<'pay'>
  readonly remittances: Remittances
  readonly rails: Rails
  readonly keys: KeyProvider
  readonly policy: AddressPolicy
  readonly resolve: Resolve
  readonly entryTailOf: (database: Database) => EntryTail
  /** Of the bank's day, from which on accounts are reconciled for the day before. */
  readonly hour: number
}

/** What runs beside the server: started in this order, and stopped in the reverse one. */
export function paymentWorkers(
  { database, journal, registry, clock, log }: ServiceParts,
  parts: WorkerParts,
): Worker[] {
  const { ledgers, flow, finisher, remittances, rails, keys, policy, resolve, entryTailOf, hour } = parts
  const transport = webhookTransport({ policy, resolve })
  const sender = new WebhookSender({ database, keys, transport, clock, log, registry })
  const bus = webhookFanOut({ database, clock, log, onDeliveries: () => sender.wake() })
  return [
    createKeyCheck({ database, keys, log }),
    draining(ledgers),
    finisher,
    ...remittances.workers(database),
    entryTailOf(database),
    new LedgerSealer({ database, log, clock }),
    createHoldExpiry({ database, ledgers, clock, log }),
    createSweeper({ database, flow, clock, log }),
    new RailWorker({ database, rails, clock, log, registry }),
    createSettlementWorker({ database, ledgers, clearing: rails.config.clearing, clock, log }),
    createDailyReconciliation({ database, clock, log, hour, timeZone: rails.config.clearing.timeZone }),
    createPostingWorker({ database, ledgers, clock, log }),
    createQuotePruning({ database, clock, log }),
    sender,
    new Dispatcher({ source: WEBHOOK_CURSOR, database, tail: journal, bus, types: WEBHOOK_EVENT_TYPES, log, clock }),
  ]
}

/** First of the workers, so that it stops last: when nobody posts any more, before the database is closed. */
const draining = (ledgers: Ledgers): Worker => ({ start() {}, stop: () => ledgers.drained() })

/** Under which name it is kept how far the journal has become deliveries; another one would begin anew. */
const WEBHOOK_CURSOR = 'payments webhooks'
