import type { EventHandler } from '@carriergraph/shared/bus/effect.ts'
import type { Database } from '@carriergraph/shared/db/pools.ts'
import type { Ledgers } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Worker } from '@carriergraph/shared/service/subgraph-service.ts'
import { Finisher } from '../flow/finisher.ts'
import type { Rails } from '../rails/rails.ts'
import type { RiskCallOptions } from '../risk/call.ts'
import { createRemittanceRiskClient } from '../risk/remittance-client.ts'
import { remittanceHandlers } from './consume.ts'
import { type RemittanceSettings, remittanceTerms } from './limits.ts'
import { postLinkedWith } from './post-linked.ts'
import { onRemittanceNews } from './rail-change.ts'
import { createRemittanceFlow, type RemittanceFlow } from './remittance-flow.ts'
import { createRemittanceSweeper } from './sweeper.ts'

export type RemittancesOptions = {
  readonly toRisk: RiskCallOptions
  readonly ledgers: Ledgers
  readonly rails: Rails
  readonly settings: RemittanceSettings
}

/** All of remittances that a service is made of. */
export type Remittances = {
  readonly flow: RemittanceFlow
  /** What they do about the events of others. */
  readonly handlers: Readonly<Record<string, EventHandler>>
  /** What runs beside the server, in the order in which it starts. */
  workers(database: Database): Worker[]
}

/** Remittances with risk, the ledger and the rails, which tell them their news. */
export function createRemittances({ toRisk, ledgers, rails, settings }: RemittancesOptions): Remittances {
  const { clock, log } = toRisk
  const flow = createRemittanceFlow({
    risk: createRemittanceRiskClient(toRisk),
    post: postLinkedWith(ledgers),
    outlet: rails,
    clock,
    log,
    terms: remittanceTerms(settings),
  })
  const finisher = new Finisher({ flow, log })
  rails.news.register('rem', onRemittanceNews({ clock, finisher, config: rails.config, log }))
  return {
    flow,
    handlers: remittanceHandlers({ clock, finisher }),
    workers: (database) => [finisher, createRemittanceSweeper({ database, flow, clock, log })],
  }
}
