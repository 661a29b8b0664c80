import type { Clock } from '@carriergraph/shared/clock.ts'
import type { Books } from '@carriergraph/shared/ledger/ledgers.ts'
import type { Log } from '@carriergraph/shared/log.ts'
import type { RemittanceRiskClient } from '../risk/remittance-client.ts'
import type { Outlet } from './outlet.ts'
import type { PostLinked } from './post-linked.ts'
import type { Remittance } from './remittance.ts'

export type StepOptions = {
  readonly risk: RemittanceRiskClient
  readonly post: PostLinked
  readonly outlet: Outlet
  readonly clock: Clock
  readonly log: Log
}

/** A step of a remittance, after which it stands as is answered; as before, where the step cannot be taken now. */
export type TakeStep = (scope: Books, remittance: Remittance) => Promise<Remittance>
