import type { EntryTail } from '@carriergraph/shared/ledger/entry-tail.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { ServiceContext } from '@carriergraph/shared/service/subgraph-service.ts'
import type { PaymentFlow } from './flow/payment-flow.ts'
import type { FxPrices } from './fx/create-quote.ts'
import type { Loaders } from './loaders.ts'
import type { RemittanceFlow } from './remittance/remittance-flow.ts'
import type { CardVault } from './vault/vault.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** What a request to payments carries. */
export type Context = ServiceContext & {
  readonly loaders: Loaders
  readonly flow: PaymentFlow
  readonly vault: CardVault
  readonly ledgers: Ledgers
  readonly entryTail: EntryTail
  readonly webhooks: Webhooks
  readonly fxPrices: FxPrices
  readonly remittances: RemittanceFlow
  /** Of the operator's bank: IANA name of the zone in which its days begin. */
  readonly bankTimeZone: string
}
